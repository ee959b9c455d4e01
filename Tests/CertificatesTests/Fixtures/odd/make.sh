#!/bin/sh
# Makes odd.pem, certificates with keys and signatures that GnuTLS does not know, or knows in one way only. Wants openssl(1) 3; nothing
# else. The dates are far apart: the files do not age.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
: >odd.pem

# issue FILE COMMON-NAME EXTENSIONS ISSUER [SIGNING OPTIONS]: FILE.key is there already; ISSUER is a file, or - for itself.
issue() {
    name=$1 subject=$2 extensions=$3 issuer=$4
    shift 4
    printf '%s\n' "$extensions" >ext.cnf
    openssl req -new -key "$name.key" -subj "/CN=$subject" -out "$name.csr"
    if [ "$issuer" = - ]; then signer="-signkey $name.key"; else signer="-CA $issuer.pem -CAkey $issuer.key"; fi
    openssl x509 -req -in "$name.csr" $signer -set_serial "0x40$(openssl rand -hex 8)" -days 36500 -extfile ext.cnf \
        "$@" -out "$name.pem" 2>error.txt || { cat error.txt >&2; exit 1; }
    { echo "# $name"; cat "$name.pem"; } >>odd.pem
}

ca="basicConstraints=critical,CA:TRUE"
mx="subjectAltName=DNS:mx.example.com"
curve() { openssl ecparam -name "$2" -genkey -noout $3 -out "$1.key"; }

# Curves that OpenSSL knows and GnuTLS does not; and one that is spelled out.
curve brainpool-root brainpoolP256r1 ""
curve brainpool-leaf prime256v1 ""
issue brainpool-root "Brainpool Root" "$ca" -
issue brainpool-leaf "mx.example.com" "$mx" brainpool-root
curve koblitz-root secp256k1 ""
curve koblitz-leaf prime256v1 ""
issue koblitz-root "Koblitz Root" "$ca" -
issue koblitz-leaf "mx.example.com" "$mx" koblitz-root
curve explicit-root prime256v1 "-param_enc explicit"
curve explicit-leaf prime256v1 ""
issue explicit-root "Explicit Root" "$ca" -
issue explicit-leaf "mx.example.com" "$mx" explicit-root

# RSASSA-PSS with salts of several lengths, by a key that may do all and by one that may do this alone.
openssl genpkey -quiet -algorithm RSA -out pss-root.key
issue pss-root "PSS Root" "$ca" -
for salt in 0 20 32 64 max; do
    cp brainpool-leaf.key "pss-leaf-$salt.key"
    issue "pss-leaf-$salt" "mx.example.com" "$mx" pss-root -sha256 -sigopt rsa_padding_mode:pss -sigopt "rsa_pss_saltlen:$salt"
done
cp brainpool-leaf.key pss-leaf-sha1.key
issue pss-leaf-sha1 "mx.example.com" "$mx" pss-root -sha1 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20
cp brainpool-leaf.key pss-leaf-mask.key
issue pss-leaf-mask "mx.example.com" "$mx" pss-root -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md:sha512
openssl genpkey -quiet -algorithm RSA-PSS -pkeyopt rsa_pss_keygen_md:sha256 -pkeyopt rsa_pss_keygen_mgf1_md:sha256 \
    -pkeyopt rsa_pss_keygen_saltlen:32 -out pss-only-root.key
issue pss-only-root "PSS only Root" "$ca" -
cp brainpool-leaf.key pss-only-leaf.key
issue pss-only-leaf "mx.example.com" "$mx" pss-only-root -sha256

cp odd.pem "$here/"
