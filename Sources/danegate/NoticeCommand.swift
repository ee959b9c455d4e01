import ArgumentParser
import DANE
import DNSSEC
import Foundation
import Gate

/// `danegate notice`: a mail to the postmaster of a broken domain.
struct NoticeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notice",
        abstract: "Inspect a domain afresh, and print a mail to its postmaster with the evidence.",
        discussion: """
            Nothing is sent: pipe it into sendmail -t after reading it. It holds what was seen and no more. The running daemon is \
            asked since when the domain fails, if it answers.
            postmaster is the one address that every domain must have (RFC 5321 4.5.1); no other contact is looked up. The domain \
            that cannot get mail may not get this one either: danegate lets mail to postmaster pass \
            (DANEGATE_EXEMPT_LOCALPARTS), but an MTA that does DANE itself may not. DANEGATE_EXPIRED_EE does not count here: \
            RFC 7672 does not look at the dates of a certificate under DANE-EE.
            Exits 0 with a mail, 1 if there is nothing to notify of, 75 if nothing is proven, 64 on usage, 78 on settings.
            """)

    @OptionGroup var options: SettingsOptions

    @Option(help: "The sender's address, for the From header; else the mailer adds its own.")
    var from: String?

    @Argument(help: "The domain.")
    var domain: String

    func validate() throws {
        guard Notice.isDomain(domain) else {
            throw ValidationError("DOMAIN must be a mail domain: what stands behind the @ of an address.")
        }
        guard from.map(Notice.isAddress) ?? true else {
            throw ValidationError("--from must be an address like postmaster@example.org.")
        }
    }

    func run() throws {
        let settings = try options.read().settings
        let policies: PolicyBook
        let resolver: Resolver
        do throws(PolicyTable.Faults) { policies = try PolicyBook(path: settings.policyFile) } catch {
            throw Exit.fail(EX_CONFIG, error.sentences)
        }
        do throws(ResolverError) {
            resolver = try Resolver(settings.resolverConfiguration(TrustAnchor.forAsking(settings).anchor))
        } catch {
            throw Exit.fail(EX_CONFIG, [error.description])
        }
        let outcome = Waiting.forResult { [domain] () -> Result<CheckReport, ResolverError> in
            do throws(ResolverError) {
                return .success(try await Checker.report(on: domain, settings, policies.table, resolver))
            } catch {
                return .failure(error)
            }
        }
        let report: CheckReport
        do throws(ResolverError) { report = try outcome.get() } catch {
            throw Exit.fail(EX_CONFIG, [error.description])
        }
        let now = unixTime()
        do throws(Notice.Refusal) {
            let notice = try Notice(report, sender: from, firstSeen: firstSeen(settings, report, now), now: now)
            try put(notice)
        } catch {
            switch error {
            case .inOrder:
                throw Exit.fail(
                    1, ["\(report.domain) is \(report.verdict.outcome.rawValue): there is nothing to notify of."])
            case .doubt:
                throw Exit.fail(
                    EX_TEMPFAIL,
                    [
                        "\(report.domain) is \(report.verdict.outcome.rawValue): nothing is proven, so there is no notice."
                    ])
            }
        }
    }

    private func put(_ notice: Notice) throws(Notice.Refusal) {
        // What cannot be written has been told on standard error.
        do { try StandardDescriptors.put(notice.text) } catch { Self.exit(withError: error) }
    }

    /// Since when the running daemon knows of the fault; nil if none answers, or it knows nothing of it.
    private func firstSeen(_ settings: Settings, _ report: CheckReport, _ now: Int64) -> Int64? {
        guard let path = settings.controlSocketPath,
            let line = try? ControlClient.ask(path, "verdict \(report.domain)", within: .seconds(2)),
            let age = CachedReport(json: line)?.failing(as: report.verdict.outcome)
        else { return nil }
        return now - age
    }
}
