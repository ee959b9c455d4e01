import Mustache

/// The templates of the pages. `{{x}}` escapes the five characters that matter in text and in quoted attributes; so
/// every attribute is quoted, and no address, script or style is made of data. No template has `{{{x}}}` or `{{&x}}`.
enum Templates {
    /// The text of each template by its name.
    static let texts: [String: String] = [tests, results, records, hosts].reduce(frame) { $0.merging($1) { $1 } }

    /// The templates, ready to render.
    static let library: MustacheLibrary = {
        do {
            return MustacheLibrary(templates: try texts.mapValues { try MustacheTemplate(string: $0) })
        } catch {
            preconditionFailure("a template is wrong: \(error)")
        }
    }()

    private static let frame = [
        "head": """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{{title}} - danegate</title>
        <link rel="stylesheet" href="{{style}}">
        <link rel="icon" href="{{icon}}" type="image/svg+xml">
        <script src="{{script}}" defer></script>
        </head>
        <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header><nav aria-label="Pages"><span class="brand">danegate</span><ul>
        {{#menu}}<li><a href="{{path}}"{{#isHere}} aria-current="page"{{/isHere}}>{{words}}</a></li>
        {{/menu}}</ul></nav></header>
        <main id="main" tabindex="-1">

        """,
        "foot": """

        </main>
        </body>
        </html>

        """,
        "error": """
        <h1>{{title}}</h1>
        <p>{{sentence}}</p>
        {{#link}}<p><a href="{{path}}">{{words}}</a></p>{{/link}}
        """,
    ]
}
