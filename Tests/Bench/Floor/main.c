/* The floor of the benchmark: a milter that does nothing, on the same libmilter and with danegate's negotiation
 * (Sources/Milter/Negotiation.swift, which to follow). What it costs is libmilter and the kernel.
 *
 * usage: BenchFloor unix:/path | inet:port@host */
#include <libmilter/mfapi.h>
#include <stdio.h>
#include <string.h>

#define MAIL_MACROS "i {auth_authen} {auth_type} {client_addr} {client_name} {daemon_name} {mail_addr}"
#define RCPT_MACROS "i {rcpt_addr} {rcpt_host} {rcpt_mailer}"

static sfsistat on_negotiate(SMFICTX *context, unsigned long actions, unsigned long steps, unsigned long third,
                             unsigned long fourth, unsigned long *wanted_actions, unsigned long *wanted_steps,
                             unsigned long *wanted_third, unsigned long *wanted_fourth)
{
    unsigned long wanted = SMFIP_NOHELO | SMFIP_NODATA | SMFIP_NOHDRS | SMFIP_NOEOH | SMFIP_NOBODY | SMFIP_NOUNKNOWN
        | SMFIP_NR_MAIL;
    (void)third;
    (void)fourth;
    *wanted_actions = actions & SMFIF_SETSYMLIST;
    if (*wanted_actions) {
        char mail[] = MAIL_MACROS, rcpt[] = RCPT_MACROS;
        if (smfi_setsymlist(context, SMFIM_ENVFROM, mail) != MI_SUCCESS
            || smfi_setsymlist(context, SMFIM_ENVRCPT, rcpt) != MI_SUCCESS)
            return SMFIS_TEMPFAIL;
        wanted |= SMFIP_NOCONNECT;
    }
    *wanted_steps = wanted & steps;
    *wanted_third = *wanted_fourth = 0;
    /* Kept for MAIL: whether its answer was promised away. */
    smfi_setpriv(context, *wanted_steps & SMFIP_NR_MAIL ? (void *)on_negotiate : NULL);
    return SMFIS_CONTINUE;
}

static sfsistat on_connect(SMFICTX *context, char *name, _SOCK_ADDR *address)
{
    (void)context;
    (void)name;
    (void)address;
    return SMFIS_CONTINUE;
}

static sfsistat on_mail(SMFICTX *context, char **arguments)
{
    (void)arguments;
    return smfi_getpriv(context) ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

static sfsistat on_recipient(SMFICTX *context, char **arguments)
{
    /* The least that any milter of this kind reads. */
    const char *mailer = smfi_getsymval(context, "{rcpt_mailer}");
    const char *host = smfi_getsymval(context, "{rcpt_host}");
    const char *client = smfi_getsymval(context, "{client_addr}");
    return arguments && arguments[0] && mailer && host && client ? SMFIS_CONTINUE : SMFIS_TEMPFAIL;
}

static sfsistat on_close(SMFICTX *context)
{
    smfi_setpriv(context, NULL);
    return SMFIS_CONTINUE;
}

int main(int count, char **arguments)
{
    char name[] = "floor";
    struct smfiDesc description;
    if (count != 2) {
        fprintf(stderr, "usage: BenchFloor unix:/path | inet:port@host\n");
        return 64;
    }
    memset(&description, 0, sizeof description);
    description.xxfi_name = name;
    description.xxfi_version = SMFI_VERSION;
    description.xxfi_negotiate = on_negotiate;
    description.xxfi_connect = on_connect;
    description.xxfi_envfrom = on_mail;
    description.xxfi_envrcpt = on_recipient;
    description.xxfi_close = on_close;
    smfi_setbacklog(4096);
    if (smfi_setconn(arguments[1]) != MI_SUCCESS || smfi_register(description) != MI_SUCCESS
        || smfi_opensocket(1) != MI_SUCCESS) {
        fprintf(stderr, "BenchFloor: cannot serve %s\n", arguments[1]);
        return 69;
    }
    return smfi_main() == MI_SUCCESS ? 0 : 70;
}
