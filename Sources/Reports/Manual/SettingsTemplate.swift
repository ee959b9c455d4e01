import Policy
import Support

/// An environment file with every setting, each commented out: where an administrator begins. The package installs it.
public enum SettingsTemplate {
    /// The width of its comments.
    private static let width = 80

    private static let head = [
        "The settings of danegate. Each stands here with its default and is commented out: remove the # from a line to "
            + "change it. Then danegate reload, or restart the service where danegate reload says so.",
        "danegate settings prints what is in force and what is wrong. danegate.env(5) says more about each setting.",
    ]

    /// The text, with an end of its last line.
    public static var text: String {
        var lines = head.flatMap(comment)
        for setting in Setting.catalogue {
            lines.append("")
            lines += comment("\(setting.sentence) It must be \(setting.allowed).")
            lines.append("#\(SettingsReader.prefix)\(setting.name)=\(quoted(setting.standard))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func comment(_ text: String) -> [String] {
        WordWrap(width: width, longWord: .whole).lines(of: text, first: "# ", rest: "# ")
    }

    /// A value as it must stand in the file.
    private static func quoted(_ text: String) -> String { text.contains(" ") ? "\"\(text)\"" : text }
}
