#!/bin/sh
# Makes certificates.pem and digests.txt, the certificates of these tests. Wants openssl(1) 3; nothing else.
# The dates are far apart because the moment to judge for is a parameter of every test: the files do not age.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
: >index.txt
: >certificates.pem
: >digests.txt
cat >ca.cnf <<'END'
[ca]
default_ca = any
[any]
dir = .
database = index.txt
new_certs_dir = .
unique_subject = no
rand_serial = yes
default_md = sha256
policy = any_policy
email_in_dn = no
copy_extensions = none
[any_policy]
commonName = optional
[req]
distinguished_name = dn
[dn]
END

ever="20200101000000Z 21000101000000Z"
past="20200101000000Z 20210101000000Z"
coming="20900101000000Z 21000101000000Z"
ca="basicConstraints=critical,CA:TRUE"
ids="subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid"

# A key, P-256 unless another kind is asked for.
key() {
    openssl genpkey -algorithm "${2:-EC}" ${3:--pkeyopt ec_paramgen_curve:P-256} -out "$1.key" 2>/dev/null
}

# issue FILE KEY COMMON-NAME ISSUER "FROM TO" EXTENSIONS [DIGEST]: ISSUER is a file, or - for the certificate's own key.
issue() {
    printf '%s\n' "$6" >ext.cnf
    [ -n "$6" ] || printf 'keyUsage=digitalSignature\n' >ext.cnf
    openssl req -new -config ca.cnf -key "$2.key" -subj "/CN=$3" -out "$1.csr"
    if [ "$4" = - ]; then signer="-selfsign -keyfile $2.key"; else signer="-cert $4.pem -keyfile $4.key"; fi
    openssl ca -batch -notext -config ca.cnf $signer -in "$1.csr" -startdate "${5% *}" -enddate "${5#* }" \
        -extfile ext.cnf -md "${7:-sha256}" -out "$1.pem" 2>error.txt || { cat error.txt >&2; exit 1; }
    [ -e "$1.key" ] || cp "$2.key" "$1.key"
    { echo "# $1"; cat "$1.pem"; } >>certificates.pem
    openssl x509 -in "$1.pem" -outform DER -out c.der
    openssl x509 -in "$1.pem" -pubkey -noout | openssl pkey -pubin -outform DER -out k.der
    set -- "$1" c.der k.der
    echo "$1 $(for hash in sha256 sha512; do
        for file in "$2" "$3"; do openssl dgst -$hash -r "$file" | cut -d' ' -f1; done
    done | tr '\n' ' ')" >>digests.txt
}

for name in root i1 i2 leaf other-root stranger narrow below not-ca org; do key $name; done
key rsa-root RSA "-pkeyopt rsa_keygen_bits:2048"
key ed25519 ED25519 " "

# Four certificates, and variants of their members with the same key.
issue root root "Root" - "$ever" "$ca
subjectKeyIdentifier=hash"
issue root-expired root "Root" - "$past" "$ca"
issue i1 i1 "Intermediate 1" root "$ever" "$ca
$ids"
issue i1-expired i1 "Intermediate 1" root "$past" "$ca
$ids"
issue i2 i2 "Intermediate 2" i1 "$ever" "$ca
$ids"
issue i2-expired i2 "Intermediate 2" i1 "$past" "$ca
$ids"
issue other-root other-root "Other Root" - "$ever" "$ca"
issue i2-cross i2 "Intermediate 2" other-root "$ever" "$ca"
issue i2-impostor stranger "Intermediate 2" i1 "$ever" "$ca"

# Servers' certificates below Intermediate 2.
mx="subjectAltName=DNS:mx.example.com"
issue leaf leaf "mx.example.com" i2 "$ever" "$mx
$ids
extendedKeyUsage=serverAuth"
issue leaf-expired leaf "mx.example.com" i2 "$past" "$mx"
issue leaf-future leaf "mx.example.com" i2 "$coming" "$mx"
issue leaf-other-expired leaf "other.example" i2 "$past" "subjectAltName=DNS:other.example"
issue leaf-other leaf "mx.example.com" i2 "$ever" "subjectAltName=DNS:other.example,DNS:third.example"
issue leaf-cn leaf "mx.example.com" i2 "$ever" ""
issue leaf-cn-address leaf "mx.example.com" i2 "$ever" "subjectAltName=IP:192.0.2.1,email:a@example.com"
issue leaf-cn-wildcard leaf "*.example.com" i2 "$ever" ""
issue leaf-wildcard leaf "x" i2 "$ever" "subjectAltName=DNS:*.example.com"
issue leaf-partial leaf "x" i2 "$ever" "subjectAltName=DNS:mx*.example.com,DNS:*x.example.com,DNS:m*.example.com"
issue leaf-upper leaf "x" i2 "$ever" "subjectAltName=DNS:MX.Example.COM"
issue leaf-idn leaf "x" i2 "$ever" "subjectAltName=DNS:xn--bcher-kva.example"
issue leaf-bad-name leaf "mx.example.com" i2 "$ever" "subjectAltName=DNS:bad name"
issue leaf-mail leaf "mx.example.com" i2 "$ever" "$mx
extendedKeyUsage=emailProtection"
issue leaf-critical leaf "mx.example.com" i2 "$ever" "$mx
1.3.6.1.4.1.99999.1=critical,DER:0500"
issue leaf-sha1 leaf "mx.example.com" i2 "$ever" "$mx" sha1
issue leaf-forged leaf "mx.example.com" i2-impostor "$ever" "$mx
authorityKeyIdentifier=none"
issue leaf-forged-identified leaf "mx.example.com" i2-impostor "$ever" "$mx"
issue leaf-root leaf "mx.example.com" root "$ever" "$mx"
issue rsa-root rsa-root "RSA Root" - "$ever" "$ca"
issue leaf-rsa ed25519 "mx.example.com" rsa-root "$ever" "$mx"

# A server's certificate of its own making.
issue self leaf "mx.example.com" - "$ever" "$mx"
issue self-ca leaf "mx.example.com" - "$ever" "$mx
$ca"

# Constraints: a path length, a certificate that is no CA, permitted names.
issue narrow narrow "Narrow" root "$ever" "basicConstraints=critical,CA:TRUE,pathlen:0"
issue below below "Below Narrow" narrow "$ever" "$ca"
issue leaf-narrow leaf "mx.example.com" narrow "$ever" "$mx"
issue leaf-below leaf "mx.example.com" below "$ever" "$mx"
issue not-ca not-ca "Not a CA" root "$ever" "basicConstraints=critical,CA:FALSE"
issue leaf-not-ca leaf "mx.example.com" not-ca "$ever" "$mx"
issue org org "Only example.org" root "$ever" "$ca
nameConstraints=critical,permitted;DNS:example.org"
issue leaf-org leaf "mx.example.com" org "$ever" "$mx"

# Roots that do not say that they are CAs, of version 3 and of version 1; a key for certificates alone.
for name in plain-root v1-root usage-root; do key $name; done
issue plain-root plain-root "Plain Root" - "$ever" "subjectKeyIdentifier=hash"
issue leaf-plain leaf "mx.example.com" plain-root "$ever" "$mx"
issue v1-root v1-root "Version 1 Root" - "$ever" "# no extension"
issue leaf-v1 leaf "mx.example.com" v1-root "$ever" "$mx"
issue usage-root usage-root "Usage Root" - "$ever" "$ca"
issue leaf-certsign leaf "mx.example.com" usage-root "$ever" "$mx
keyUsage=critical,keyCertSign"
issue leaf-encipher leaf "mx.example.com" usage-root "$ever" "$mx
keyUsage=critical,keyEncipherment"

# A root for clients' certificates alone.
key client-root
issue client-root client-root "Client Root" - "$ever" "$ca
extendedKeyUsage=clientAuth"
issue leaf-client-root leaf "mx.example.com" client-root "$ever" "$mx"

cp certificates.pem digests.txt "$here/"
