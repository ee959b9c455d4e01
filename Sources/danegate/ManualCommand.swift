import ArgumentParser
import Foundation
import Reports

/// `danegate manual`: prints a manual page, or the list of pages. deploy/man/make writes them to deploy/man.
struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual", abstract: "Print a manual page in mdoc; without a name, which pages there are.",
        shouldDisplay: false)

    @Argument(help: "A page, as danegate.8.", completion: .list(Manual.allCases.map(\.rawValue)))
    var page: String?

    func run() throws {
        guard let page else { return try StandardDescriptors.put(Self.names.joined(separator: "\n")) }
        guard let page = Manual(rawValue: page) else {
            throw ExitError(EX_USAGE, "there are \(Self.names.joined(separator: ", ")).")
        }
        let commands = try CommandDescription.read(Danegate._dumpHelp())
        // `put` adds the end of the last line.
        try StandardDescriptors.put(String(page.text(commands).dropLast()))
    }

    private static let names = Manual.allCases.map(\.rawValue)
}
