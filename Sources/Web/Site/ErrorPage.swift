import Hummingbird
import Support

/// A failure as a page, or as text for a program.
struct ErrorPage {
    private let error: PageError
    private let wantsHTML: Bool
    private let isOfSite: Bool

    /// A page about a failure.
    ///
    /// - Parameters:
    ///   - accept: What the client says that it understands.
    ///   - isOfSite: Whether it is one of the pages of all hosts.
    init(_ error: PageError, accepts accept: String?, isOfSite: Bool = false) {
        self.isOfSite = isOfSite
        self.error = error
        wantsHTML = AcceptedTypes(accept).wantsHTML
    }

    private struct Content {
        let title: String
        let sentence: String
        let link: Link?
        struct Link {
            let path: String
            let words: String
        }
    }

    /// The response.
    var response: Response {
        let title = "\(error.status.code) \(error.status.reasonPhrase)"
        guard wantsHTML else {
            let more = error.link.map { " \($0.words): \($0.path)" } ?? ""
            return Page.text(
                "\(title): \(error.sentence)\(more)\n", "text/plain; charset=utf-8", error.status, fields: error.fields)
        }
        let content = Content(
            title: title, sentence: error.sentence,
            link: error.link.map { Content.Link(path: $0.path, words: $0.words) })
        return Page.response(
            Page.html(Page.Frame(title: title, isOfSite: isOfSite), "error", content), error.status,
            fields: error.fields)
    }
}
