#ifndef OPENSSL_JUDGE_H
#define OPENSSL_JUDGE_H

#include <stddef.h>
#include <stdint.h>

/* OpenSSL's judgement of a certificate chain by TLSA records, set up as Postfix's SMTP client does it (tls_client.c):
 * security level 1, ten CA certificates below the anchor, no partial wildcards, no names under DANE-EE. One object
 * serves one judgement, on one thread. */
typedef struct openssl_judge openssl_judge;

enum openssl_verdict {
    OPENSSL_BROKEN = -1,    /* the judge broke: out of memory and the like */
    OPENSSL_REFUSES = 0,    /* the chain does not authenticate the server */
    OPENSSL_TAKES = 1,      /* it does */
    OPENSSL_UNUSABLE = 2,   /* none of the records can be used */
    OPENSSL_UNREADABLE = 3  /* a certificate cannot be read: no handshake would come about */
};

/* A judge for the date in seconds since 1970; NULL if out of memory. */
openssl_judge *openssl_judge_new(int64_t date);

/* Adds a reference identifier, the TLSA base domain first. */
void openssl_judge_name(openssl_judge *judge, const char *name);

/* Adds a TLSA record of usage 2 or 3; whether it can be used. */
int openssl_judge_record(openssl_judge *judge, uint8_t usage, uint8_t selector, uint8_t matching,
                         const uint8_t *data, size_t size);

/* Adds a certificate in DER, the server's first. */
void openssl_judge_certificate(openssl_judge *judge, const uint8_t *der, size_t size);

/* Judges, and writes the reason. */
enum openssl_verdict openssl_judge_run(openssl_judge *judge, char *reason, size_t size);

void openssl_judge_free(openssl_judge *judge);

#endif
