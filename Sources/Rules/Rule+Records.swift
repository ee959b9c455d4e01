extension Rule {
    /// RFC 6698 and RFC 7218: TLSA records.
    static let records: [Rule] = [
        Rule(
            "T-01", .rfc(6698, "2.1"),
            says: """
                Certificate usages are 0 to 3, selectors 0 and 1, and matching types 0 to 2. 255 is for private use.
                """,
            kept: "For danegate any other value makes a record unusable, 255 among them."),
        Rule(
            "T-02", .rfc(7218, "2"),
            says: """
                The values have names: PKIX-TA, PKIX-EE, DANE-TA and DANE-EE; Cert and SPKI; Full, SHA2-256 and
                SHA2-512.
                """,
            kept: "danegate judge and the reports use these names beside the numbers."),
        Rule(
            "T-03", .rfc(6698, "2.2"),
            says: "A TLSA record is written as three numbers and hexadecimal data, which may have blanks.",
            kept: "danegate judge reads records in this form, as they stand in a zone file."),
        Rule(
            "T-04", .rfc(6698, "4.1"),
            says: "A record whose usage, selector or matching type the client does not know is unusable.",
            kept: """
                Such a record counts for danegate as one that exists, so that TLS is mandatory, and as one that matches
                nothing.
                """),
        Rule(
            "T-05", .rfc(6698, "4.1"),
            says: "A record whose data are malformed is unusable, such as a digest of the wrong length.",
            kept: """
                danegate checks the length of digests and reads the data of Full(0) records. The administrator should
                compute such a record anew.
                """),
        Rule(
            "T-06", .rfc(6698, "4.1"), .rfc(7672, "2.2"),
            says: """
                If TLSA records are bogus, TLS with the host MUST NOT begin. Insecure ones are unusable, and for SMTP
                they count as none.
                """,
            kept: "A host with bogus records is left out as dnssec-invalid, without a connection."),
        Rule(
            "T-07", .rfc(6698, "4.1"), .rfc(7672, "2.2"),
            says: """
                RFC 6698 goes back to ordinary TLS if no record is usable. RFC 7672 makes TLS mandatory for SMTP
                instead.
                """,
            kept: "danegate follows RFC 7672, and such a host is encrypted at best."),
        Rule(
            "T-08", .rfc(6698, "4.1"),
            says: "One record that matches is enough. If none does, the client ends the connection.",
            kept: "danegate tries all records, in whatever order they come."),
        Rule(
            "T-09", .rfc(6698, "2.1.1"),
            says: "Usage 2 validates a path to the certificate that matched. Usage 3 validates no path.",
            kept: "danegate builds a path only for DANE-TA(2) records."),
        Rule(
            "T-10", .rfc(6698, "2.1.1"),
            says: """
                RFC 6698 does not say whether a record of usage 2 may match the server's own certificate. OpenSSL and
                Postfix let it match only an issuer.
                """,
            kept: """
                danegate does as OpenSSL and Postfix: such a record alone is tlsa-invalid. A domain with a self-signed
                certificate should publish 3 1 1.
                """),
        Rule(
            "T-11", .rfc(6698, "A.2.1.3"),
            says: "TLSA records may be published at a wildcard, as in *._tcp.mx.example.org.",
            kept: "A record that a wildcard has made is an ordinary answer for danegate."),
        Rule(
            "T-12", .rfc(6698, "3"),
            says: """
                The name of TLSA records is an underscore and the port without leading zeros, _tcp, and the base domain
                in A-labels.
                """,
            kept: "danegate asks at exactly this name. Records at another spelling are not found."),
    ]
}
