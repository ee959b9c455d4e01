/// A parser of bytes from outside, and what must hold whatever the bytes are.
struct FuzzTarget: Sendable {
    /// The name by which it is chosen, and of its folder in Corpus.
    let name: String
    /// Feeds the bytes to the parser.
    ///
    /// - Throws: `Broken` if a property does not hold.
    let run: @Sendable ([UInt8]) throws -> Void

    init(_ name: String, run: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.name = name
        self.run = run
    }

    /// Every target. A parser more is an entry more, a file in Targets, and a few seeds in Corpus.
    static let all: [FuzzTarget] = [
        .smtpReplies, .smtpDialogue, .tlsaRecords, .domainNames, .ipAddresses, .mailExchangers, .bogusReasons,
        .certificates, .certificationPaths,
        .certificateBundles, .recipients, .nextHops, .replies, .logLines, .settings, .environmentFiles, .durations,
        .milterSockets, .policies, .surveyLines, .pastedTexts, .queries, .policyRequests, .socketmaps, .respValues,
        .siteLists, .siteAnswers,
        .pageForms, .pageSearches, .pageIDs, .pageHosts, .pageCredentials, .pageClients, .pageAccepts, .pageRequests,
        .storeAddresses, .sharedRecords, .sharedNames,
    ]
}

/// A property that does not hold.
struct Broken: Error, CustomStringConvertible {
    let description: String
}

/// Throws unless the condition holds.
func require(_ holds: Bool, _ property: @autoclosure () -> String) throws {
    guard holds else { throw Broken(description: property()) }
}

/// Throws unless the text is one line of printable ASCII of at most `limit` bytes.
func requireLine(_ text: String, atMost limit: Int, _ what: String) throws {
    try require(text.utf8.count <= limit, "\(what) has \(text.utf8.count) bytes, more than \(limit): \(text)")
    try require(
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) },
        "\(what) is no line of printable ASCII: \(text.debugDescription)")
}

/// Throws unless the text is free of control characters and has at most `limit` bytes.
func requireQuiet(_ text: String, atMost limit: Int, _ what: String) throws {
    try require(text.utf8.count <= limit, "\(what) has \(text.utf8.count) bytes, more than \(limit): \(text)")
    try require(
        text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "\(what) holds control characters: \(text.debugDescription)")
}
