import ArgumentParser
import Foundation
import Policy
import Reports
import Support

/// The options of the commands that can be given to all hosts of a site at once.
struct HostsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Ask all hosts that this file lists, each over ssh, and put the answers together: danegate-hosts(5).",
            valueName: "file"), completion: .file())
    var hosts: String?

    @Option(
        help: ArgumentHelp(
            "With --hosts, how long one host may take; else 30s, 20s for status, 10s for page, 2m a domain for "
                + "recheck.",
            valueName: "time"))
    var within: String?

    /// How many hosts are asked at once. For each an ssh runs here.
    private static let width = 32

    /// Whether other hosts are asked.
    var isUsed: Bool { hosts != nil }

    func validate() throws {
        if let within {
            guard isUsed else { throw ValidationError("--within wants --hosts.") }
            guard let time = DurationText.parse(within), (.seconds(1)...(.seconds(3600))).contains(time) else {
                throw ValidationError("--within must be a time from 1s to 1h.")
            }
        }
    }

    /// Gives a command to all hosts.
    ///
    /// - Parameters:
    ///   - name: The words of the command.
    ///   - arguments: Its options and other arguments, for each host.
    ///   - options: Where this host has its settings.
    ///   - bytes: The most bytes that a host may print.
    ///   - limit: How long one may take if the command line does not say it.
    ///   - width: How many are asked at once.
    ///   - statuses: The exit statuses with which the command answers.
    ///   - older: The arguments for a host whose version does not know the others; nil if there are none.
    ///   - isTold: Whether standard error has a sentence about each host that has not answered.
    ///   - failed: Told of each host that has not answered, and why.
    ///   - take: Takes each answer as it comes, with the host's number in the list.
    /// - Returns: A line of JSON for each host that has not answered.
    @discardableResult
    func ask(
        _ name: [String], _ arguments: [String], _ options: SettingsOptions, bytes: Int, limit: Duration = .seconds(30),
        width: Int = HostsOptions.width, statuses: Set<Int32> = [0], older: [String]? = nil,
        isTold: Bool = true, failed: (SiteAnswer, Int, String) -> Void = { _, _, _ in },
        _ take: (SiteAnswer, Int) throws -> Void
    ) throws -> [String] {
        let calls = SiteCalls(limit: time(otherwise: limit), bytes: bytes, width: width)
        let lost = try site(options).ask(
            name, arguments, calls, statuses: statuses, older: older, failed: failed, take)
        if isTold { StandardDescriptors.tell(lost.map(\.sentence)) }
        return lost.map(\.line)
    }

    /// The hosts of the list.
    ///
    /// - Parameter options: Where this host has its settings.
    func site(_ options: SettingsOptions) throws(SiteListError) -> Site {
        Site(try SiteList(path: hosts ?? "").hosts, localOptions: options.envFile.map { ["--env-file=\($0)"] } ?? [])
    }

    /// How long one host may take.
    func time(otherwise usual: Duration) -> Duration { within.flatMap(DurationText.parse) ?? usual }

    /// The end of a command that some hosts have not answered. They are named already.
    static let incomplete = ExitCode(EX_UNAVAILABLE)
}

extension SiteListError: CommandError {}
