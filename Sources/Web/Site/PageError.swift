import HTTPTypes

/// Why a request is not answered with what it asks for. It becomes a page, or a line of text.
struct PageError: Error {
    let status: HTTPResponse.Status
    /// What is wrong and what to do, as sentences.
    let sentence: String
    /// Further header fields.
    var fields: HTTPFields = [:]
    /// A page that has what was meant, or something near it: where it is, and the words of the link.
    var link: (path: String, words: String)?

    init(
        _ status: HTTPResponse.Status, _ sentence: String, fields: HTTPFields = [:],
        link: (path: String, words: String)? = nil
    ) {
        self.status = status
        self.sentence = sentence
        self.fields = fields
        self.link = link
    }

    static let notFound = PageError(.notFound, "There is no such page.")
}
