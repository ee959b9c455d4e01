import ArgumentParser
import Foundation
import Gate

/// `danegate manual`: prints a manual page; deploy/man/make keeps them in deploy/man.
struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual", abstract: "Print a manual page in mdoc.", shouldDisplay: false)

    @Argument(help: "danegate.8 or danegate.env.5.", completion: .list(Manual.allCases.map(\.rawValue)))
    var page: String

    func run() throws {
        guard let page = Manual(rawValue: page) else {
            throw Exit.fail(EX_USAGE, ["there are \(Manual.allCases.map(\.rawValue).joined(separator: " and "))."])
        }
        let commands = try CommandDescription.read(Danegate._dumpHelp())
        // The line's end comes with it.
        try StandardDescriptors.put(String(page.text(commands).dropLast()))
    }
}
