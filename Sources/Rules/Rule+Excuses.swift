extension Rule {
    /// Why a rule asks nothing of a gate, and so has no test: it binds somebody else. By number.
    public static let asksNothing: [String: String] = [
        "D-45": "advice to the publisher; every kind of record is judged, and none is better for being recommended",
        "D-66": "binds publishers, and points to RFC 7671 8, 10.1 and 13: E-12, E-19 and E-22 are those",
        "E-13": "binds publishers: what was published when is past; records and certificate are judged as they are now",
        "E-14": "binds publishers: one look cannot tell one change from two; a roll-over half done is F-01 or F-03",
        "E-22": "advice to the publisher about signatures that are valid; those that are not are F-26",
        "I-03": "about MTA-STS policies and TLS reports, which danegate neither reads nor writes",
        "L-02": "binds servers towards senders without TLS; a probe goes on to STARTTLS, and asks for no delivery",
    ]
}
