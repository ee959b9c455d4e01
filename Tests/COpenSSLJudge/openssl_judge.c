#include "openssl_judge.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

struct openssl_judge {
    SSL_CTX *context;
    SSL *ssl;
    STACK_OF(X509) *chain;
    int64_t date;
    int names, usable, unreadable, broken;
};

openssl_judge *openssl_judge_new(int64_t date) {
    openssl_judge *judge = calloc(1, sizeof *judge);
    if (judge == NULL) return NULL;
    judge->date = date;
    judge->context = SSL_CTX_new(TLS_client_method());
    judge->chain = sk_X509_new_null();
    judge->broken = judge->context == NULL || judge->chain == NULL || SSL_CTX_dane_enable(judge->context) <= 0;
    if (judge->broken) return judge;
    SSL_CTX_set_verify_depth(judge->context, 10);
    judge->ssl = SSL_new(judge->context);
    judge->broken = judge->ssl == NULL || SSL_dane_enable(judge->ssl, NULL) <= 0;
    if (judge->broken) return judge;
    SSL_dane_set_flags(judge->ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
    SSL_set_hostflags(judge->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set_security_level(judge->ssl, 1);
    return judge;
}

void openssl_judge_name(openssl_judge *judge, const char *name) {
    if (judge->broken) return;
    if (SSL_add1_host(judge->ssl, name) != 1) judge->broken = 1;
    judge->names++;
}

int openssl_judge_record(openssl_judge *judge, uint8_t usage, uint8_t selector, uint8_t matching,
                         const uint8_t *data, size_t size) {
    if (judge->broken) return 0;
    int status = SSL_dane_tlsa_add(judge->ssl, usage, selector, matching, data, size);
    if (status < 0) judge->broken = 1;
    if (status > 0) judge->usable++;
    ERR_clear_error();
    return status > 0;
}

void openssl_judge_certificate(openssl_judge *judge, const uint8_t *der, size_t size) {
    if (judge->broken) return;
    const uint8_t *end = der;
    X509 *certificate = d2i_X509(NULL, &end, (long)size);
    if (certificate != NULL && end == der + size) {
        if (sk_X509_push(judge->chain, certificate) > 0) return;
        judge->broken = 1;
    }
    X509_free(certificate);
    ERR_clear_error();
    judge->unreadable = 1;
}

enum openssl_verdict openssl_judge_run(openssl_judge *judge, char *reason, size_t size) {
    X509_STORE *store = NULL;
    X509_STORE_CTX *verification = NULL;
    X509_VERIFY_PARAM *parameters;
    enum openssl_verdict verdict = OPENSSL_BROKEN;

    snprintf(reason, size, "out of memory");
    if (judge->broken) return OPENSSL_BROKEN;
    if (judge->unreadable || sk_X509_num(judge->chain) == 0) {
        snprintf(reason, size, "a certificate cannot be read");
        return OPENSSL_UNREADABLE;
    }
    if (judge->usable == 0) {
        snprintf(reason, size, "no usable record");
        return OPENSSL_UNUSABLE;
    }
    store = X509_STORE_new();
    verification = X509_STORE_CTX_new();
    if (store == NULL || verification == NULL) goto end;
    if (X509_STORE_CTX_init(verification, store, sk_X509_value(judge->chain, 0), judge->chain) != 1) goto end;
    /* As ssl_verify_cert_chain() prepares it for a client. */
    X509_STORE_CTX_set_default(verification, "ssl_server");
    parameters = X509_STORE_CTX_get0_param(verification);
    X509_VERIFY_PARAM_set_auth_level(parameters, SSL_get_security_level(judge->ssl));
    X509_VERIFY_PARAM_set1(parameters, SSL_get0_param(judge->ssl));
    X509_VERIFY_PARAM_set_depth(parameters, SSL_get_verify_depth(judge->ssl));
    X509_VERIFY_PARAM_set_time(parameters, (time_t)judge->date);
    X509_STORE_CTX_set0_dane(verification, SSL_get0_dane(judge->ssl));
    if (X509_verify_cert(verification) > 0) {
        snprintf(reason, size, "ok");
        verdict = OPENSSL_TAKES;
    } else {
        int error = X509_STORE_CTX_get_error(verification);
        snprintf(reason, size, "depth %d: num=%d:%s", X509_STORE_CTX_get_error_depth(verification), error,
            X509_verify_cert_error_string(error));
        verdict = OPENSSL_REFUSES;
    }
end:
    X509_STORE_CTX_free(verification);
    X509_STORE_free(store);
    ERR_clear_error();
    return verdict;
}

void openssl_judge_free(openssl_judge *judge) {
    if (judge == NULL) return;
    sk_X509_pop_free(judge->chain, X509_free);
    SSL_free(judge->ssl);
    SSL_CTX_free(judge->context);
    free(judge);
}
