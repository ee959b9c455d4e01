import Foundation
import Testing
import World

/// A section of contrib/postfix: what it has danegate and Postfix be told.
struct PostfixGuideSection {
    let tables: ScratchDirectory
    var settings: [String: String] = [:]
    var main: [String: String] = [:]
    var master = ""

    /// - Parameters:
    ///   - heading: The section.
    ///   - kind: The kind of example that has the lines of main.cf.
    init(_ heading: String, main kind: String = "main.cf") throws {
        tables = try ScratchDirectory("tables")
        for (name, text) in try GuideTests.examples("postfix/README.md", heading) {
            switch name {
            case "sh": break
            case "danegate.env":
                for (name, value) in GuideTests.lines(of: text) {
                    settings[String(name.trimmingPrefix("DANEGATE_"))] = value
                }
            case "master.cf": master += text
            case kind: main.merge(GuideTests.lines(of: text)) { $1 }
            default:
                try tables.write(text, to: name)
                chmod(tables.file(name), 0o644)
            }
        }
        main = main.mapValues { $0.replacing("/etc/postfix/", with: "\(tables.path)/") }
        master = master.replacing("/etc/postfix/", with: "\(tables.path)/")
    }

    /// Puts another value in the place of one in main.cf, which must be there.
    mutating func replace(_ old: String, with new: String, in name: String) throws {
        let value = try #require(main[name])
        try #require(value.contains(old), "\(value)")
        main[name] = value.replacing(old, with: new)
    }
}
