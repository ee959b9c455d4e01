import ArgumentParser
import DANE
import DNSSEC
import Foundation
import Gate
import Inspection
import Policy
import Records
import Reports
import Support

/// `danegate notice`: a mail to the postmaster of a broken domain.
struct NoticeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notice",
        abstract: "Inspect domains afresh, and print a mail to the postmaster of each with the evidence.",
        discussion: """
            Nothing is sent: pipe it into sendmail -t after reading it. It holds what was seen and no more. The \
            running daemon is asked since when the domain fails, if it answers, and the message trace how much mail \
            was refused since, if this user may read it. Of a mail address the domain is meant, \
            of a next hop [host]:port the host. Of several domains the mails are an mbox, which formail -s sendmail -t \
            sends.
            postmaster is the one address that every domain must have (RFC 5321 4.5.1); no other contact is looked up. \
            The domain that cannot get mail may not get this one either: danegate lets mail to postmaster pass \
            (DANEGATE_EXEMPT_LOCALPARTS), but an MTA that does DANE itself may not. DANEGATE_EXPIRED_EE does not count \
            here: RFC 7672 does not look at the dates of a certificate under DANE-EE.
            Exits 0 with a mail for each domain, 1 if there is nothing to notify one of, 75 if nothing is proven of \
            one, 64 on usage, 78 on settings.
            """)

    @OptionGroup var options: SettingsOptions

    @Option(help: "The sender's address, for the From header; else the mailer adds its own.")
    var from: String?

    @Argument(help: "The domains.")
    var domains: [String]

    func validate() throws {
        guard from.map(Notice.isAddress) ?? true else {
            throw ValidationError("--from must be an address like postmaster@example.org.")
        }
    }

    func run() throws {
        let settings = try options.read().settings
        let arguments = try DestinationArgument.all(domains, settings)
        let policies = try options.policies(settings)
        let resolver = try Resolver(settings.resolverConfiguration(TrustAnchor.forAsking(settings).anchor))
        var status: Int32 = 0
        for argument in arguments {
            let refused = try notify(of: argument, settings, policies: policies.table, resolver)
            // A doubt decides the exit status, because another try may help.
            if refused != 0, status != EX_TEMPFAIL { status = refused }
        }
        guard status == 0 else { throw ExitCode(status) }
    }

    /// Prints the notice for a domain.
    ///
    /// - Returns: 0, or the exit status that tells why there is no notice.
    private func notify(
        of argument: DestinationArgument, _ settings: Settings, policies: PolicyTable, _ resolver: Resolver
    ) throws -> Int32 {
        let outcome = Waiting.forResult { () -> Result<CheckReport, ResolverError> in
            do throws(ResolverError) {
                return .success(try await Checker.report(on: argument, settings, policies, resolver))
            } catch {
                return .failure(error)
            }
        }
        let report = try outcome.get()
        let now = unixTime()
        let firstSeen = firstSeen(settings, report, now)
        let refusals = TraceRefusals.count(TraceReader(settings), of: argument.destination.name, since: firstSeen)
        let notice: Notice
        do throws(NoticeError) {
            notice = try Notice(report, sender: from, firstSeen: firstSeen, refusals: refusals, now: now)
        } catch {
            let finding = "\(report.domain) is \(report.verdict.outcome.rawValue)"
            switch error {
            case .inOrder:
                StandardDescriptors.tell(["\(finding): there is nothing to notify of."])
                return 1
            case .doubt:
                StandardDescriptors.tell(["\(finding): nothing is proven, so there is no notice."])
                return EX_TEMPFAIL
            }
        }
        try StandardDescriptors.put(domains.count > 1 ? notice.mboxText : notice.text)
        return 0
    }

    /// Returns since when the running daemon knows of the fault; nil if no daemon answers, or it knows no such fault.
    private func firstSeen(_ settings: Settings, _ report: CheckReport, _ now: Int64) -> Int64? {
        guard let path = settings.controlSocketPath,
            let line = try? ControlClient.ask(path, "verdict \(report.domain)", within: .seconds(2)),
            let age = CachedReport(json: line)?.failing(as: report.verdict.outcome)
        else { return nil }
        return now - age
    }
}
