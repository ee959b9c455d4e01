import HTTPTypes
import Hummingbird
import Mustache
import NIOCore

/// Makes pages of templates.
enum Page {
    /// What surrounds the content of every page.
    struct Frame {
        let title: String
        /// The entry of the menu that the page belongs to.
        var here = ""
        /// Whether the pages of administrators stand in the menu.
        var isAdministrator = false
        /// Whether it is one of the pages of all hosts of a site, which test nothing.
        var isOfSite = false

        /// The entries of the menu.
        var menu: [Entry] {
            let all = [("/", "Test a domain"), ("/codes", "Codes")]
            let more = isAdministrator ? [("/trace", "Message trace"), ("/overview", "Overview")] : []
            let listed = isOfSite ? [("/overview", "Overview"), ("/trace", "Message trace"), all[1]] : nil
            return (listed ?? [all[0]] + more + [all[1]]).map { Entry(path: $0.0, words: $0.1, isHere: $0.0 == here) }
        }
        struct Entry {
            let path: String
            let words: String
            let isHere: Bool
        }
    }

    private struct Whole<Content> {
        let title: String
        let menu: [Frame.Entry]
        let style = Assets.style.path
        let script = Assets.script.path
        let icon = Assets.icon.path
        let content: Content
    }

    /// A page as HTML.
    ///
    /// - Parameters:
    ///   - template: The name of the template of the content, which sees the content's properties.
    static func html(_ frame: Frame, _ template: String, _ content: some Any) -> String {
        head(frame) + part(template, content) + part("foot", 0)
    }

    /// The beginning of a page that is sent in parts.
    static func head(_ frame: Frame) -> String {
        part("head", Whole(title: frame.title, menu: frame.menu, content: 0))
    }

    /// A part of a page.
    static func part(_ template: String, _ content: some Any) -> String {
        guard let text = Templates.library.render(content, withTemplate: template) else {
            preconditionFailure("there is no template \(template)")
        }
        return text
    }

    /// A response with HTML.
    static func response(_ html: String, _ status: HTTPResponse.Status = .ok, fields: HTTPFields = [:]) -> Response {
        text(html, "text/html; charset=utf-8", status, fields: fields)
    }

    /// A response with any text.
    static func text(
        _ text: String, _ type: String = "text/plain; charset=utf-8", _ status: HTTPResponse.Status = .ok,
        fields: HTTPFields = [:]
    ) -> Response {
        var fields = fields
        fields[.contentType] = type
        return Response(status: status, headers: fields, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// A response with a file. Browsers keep it, because another content has another path.
    static func asset(_ asset: Asset) -> Response {
        text(asset.content, asset.type, fields: [.cacheControl: "public, max-age=31536000, immutable"])
    }

    /// A response that leads to another page.
    static func redirect(to path: String, fields: HTTPFields = [:]) -> Response {
        var fields = fields
        fields[.location] = path
        return Response(status: .seeOther, headers: fields)
    }
}
