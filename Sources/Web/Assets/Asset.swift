import Support

/// A file that pages need, compiled in. Its path changes with its content, so browsers keep it.
struct Asset: Sendable {
    /// Where it is served.
    let path: String
    /// Its type and its content.
    let (type, content): (String, String)

    init(_ name: String, _ type: String, _ content: String) {
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        path = "/assets/\(name[..<dot])-\(String(FNV1a(content).value, radix: 16))\(name[dot...])"
        (self.type, self.content) = (type, content)
    }
}

/// The files that pages need.
enum Assets {
    static let style = Asset("page.css", "text/css; charset=utf-8", StyleSheet.text)
    static let script = Asset("page.js", "text/javascript; charset=utf-8", Script.text)
    static let icon = Asset("icon.svg", "image/svg+xml", Icon.text)
    /// All of them.
    static let all = [style, script, icon]
}

/// The picture in the browser's tab.
enum Icon {
    static let text = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" \
        fill="#1d4f91"/>\
        <path d="M3 8h10M8 3v10" stroke="#fff" stroke-width="2"/></svg>
        """
}
