package import DANE
import Milter
import Probe
import Support

extension Setting {
    /// All settings, in the order of the documentation.
    public static let catalogue: [Setting] = gate + doors + web + outcomes + dns + probing + keeping + shared

    /// The settings of the gate itself.
    private static let gate: [Setting] = [
        .choice("MODE", \.mode, "monitor rules and logs, and lets everything pass"),
        Setting(
            "MILTER_SOCKET", "inet:8895@127.0.0.1", "inet:port@host, inet:host:port, inet6:port@host or unix:/path",
            "where the MTA finds the milter"
        ) { text, settings in
            do throws(MilterError) {
                settings.milterSocket = try MilterSocket(text)
                return .taken
            } catch {
                return .refusedBecause(error.description)
            }
        },
        Setting("MILTER_SOCKET_MODE", "", "three or four octal digits, like 0660", "access mode of a unix socket") {
            text, settings in
            guard (3...4).contains(text.utf8.count), let mode = UInt32(text, radix: 8), mode <= 0o777 else {
                return .refused
            }
            settings.milterSocketMode = mode
            return .taken
        },
        Setting("MILTER_SOCKET_GROUP", "", "a group's name", "group of a unix socket") { text, settings in
            guard !text.isEmpty, text.allSatisfy({ $0.isASCII && !$0.isWhitespace }) else { return .refused }
            settings.milterSocketGroup = text
            return .taken
        },
        .duration(
            "MILTER_DEADLINE", \.milterDeadline, .milliseconds(50)...(.seconds(25)),
            "the longest one RCPT may wait; Postfix gives up after 30 s, Sendmail after 10 s"),
        .words("TRANSPORTS", \.transports, allowsNone: false, "the {rcpt_mailer} values that leave the site"),
        .choice("ROUTE", \.route, "judge the next hop, or the address's domain even behind a relayhost"),
        .number(
            "ROLLOUT", \.rollout, 0...100,
            "share of destinations ruled in earnest, in percent; the others are monitored"),
        .duration(
            "DEFER_FOR", \.deferFor, .zero...(.seconds(30 * 86400)),
            "how long a fault must last before a 5xx; 0: at once"),
        .path(
            "POLICY_FILE", \.policyFile, "lines of: domain exempt|monitor|enforce|require [until=DATE] [reason=\"…\"]"),
        .words("EXEMPT_LOCALPARTS", \.exemptLocalparts, allowsNone: true, "local parts that are never refused"),
        .senders(
            "ENFORCE_SENDERS", \.enforceSenders,
            "senders whose mail is ruled in earnest whatever ROLLOUT says; MODE=monitor refuses nobody all the same"),
        .senders(
            "EXEMPT_SENDERS", \.exemptSenders,
            "senders whose mail is passed on without a look, but where a policy is require"),
        Setting(
            "EXEMPT_CLIENTS", "", "addresses and CIDRs separated by commas",
            "clients whose mail is passed on without a look, but where a policy is require"
        ) { text, settings in
            let ranges = text.split(separator: ",", omittingEmptySubsequences: false)
                .map { AddressRange($0.trimmingBlanks()) }
            guard ranges.allSatisfy({ $0 != nil }) else { return .refused }
            settings.exemptClients = ranges.compactMap { $0 }
            return .taken
        },
        Setting(
            "EXEMPT_AUTH", "", "names separated by commas, or * for whoever has authenticated",
            "names of SMTP authentication whose mail is passed on without a look, but where a policy is require"
        ) { text, settings in
            let names = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingBlanks() }
            guard names.allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isWhitespace) }) else { return .refused }
            settings.exemptAuth = Set(names)
            return .taken
        },
        .duration(
            "EXEMPT_LIFT_AFTER", \.exemptLiftAfter, .seconds(1)...(.seconds(30 * 86400)),
            "how long an exempt domain must be in order until its exemption is lifted; "
                + "it is looked at four times in that time, and at least every hour"),
        Setting(
            "HELP_URL", "", "an http or https address of at most 120 characters, with no % but %c and %d",
            "appended to replies; %c code, %d domain"
        ) {
            text, settings in
            guard text.hasPrefix("https://") || text.hasPrefix("http://"), text.utf8.count <= 120,
                text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
                !text.replacing("%c", with: "").replacing("%d", with: "").contains("%")
            else { return .refused }
            settings.helpURL = text
            return .taken
        },
    ]

    /// The doors beside the milter.
    private static let doors: [Setting] =
        door(
            "QUERY_SOCKET", \.querySocket,
            "where an MTA without milters (Exim), or Postfix by policy delegation, asks about a recipient")
        + door(
            "TLS_POLICY_SOCKET", \.tlsPolicySocket,
            "where Postfix (smtp_tls_policy_maps) and Sendmail ask by socketmap how to deliver")

    /// One setting per outcome, and one for hazards.
    private static let outcomes: [Setting] =
        Outcome.allCases.map { outcome in
            // Doubt is no reason for a permanent refusal, whatever a user would like: these outcomes have no 5.x.x
            // code. A host in order has no code at all.
            let allowed: [Settings.RulingSetting] =
                outcome.allowsDelivery
                ? [.accept, .default]
                : outcome.isDoubt ? [.accept, .tempfail, .default] : Settings.RulingSetting.allCases
            return Setting(
                outcome.settingName, "default", allowed.map(\.rawValue).joined(separator: ", "),
                "ruling where \(outcome.meaning)"
            ) { text, settings in
                guard let ruling = Settings.RulingSetting(rawValue: text) else { return .refused }
                guard !outcome.allowsDelivery || allowed.contains(ruling) else {
                    return .refusedBecause(
                        "there is nothing to refuse in \(outcome.rawValue); a policy of require does that")
                }
                guard allowed.contains(ruling) else {
                    return .refusedBecause("\(outcome.rawValue) is a doubt, and never a reason to reject")
                }
                settings.rulings[outcome] = ruling
                return .taken
            }
        } + [
            .choice("ON_HAZARD", \.onHazard, "ruling where data would crash or wedge the MTA itself at delivery"),
            .choice(
                "ON_LOCAL_TROUBLE", \.onLocalTrouble,
                "ruling where no good verdict is known "
                    + "while the trouble is our own (clock, trust anchor, resolver, …)"),
            .choice(
                "ON_OWN_NEXT_HOP", \.onOwnNextHop,
                "ruling where a next hop is not in order that this site's own configuration leads to (relayhost, "
                    + "transport map); reject: as any other destination; where a policy is require nobody is accepted"),
        ]

    /// The settings for DNS lookups.
    private static let dns: [Setting] = [
        Setting(
            "DNS_FORWARD", "", "addresses separated by commas, each with an optional @port",
            "ask these; else full recursion"
        ) {
            text, settings in
            let forwarders = text.split(separator: ",", omittingEmptySubsequences: false).map(Settings.Forwarder.init)
            guard forwarders.allSatisfy({ $0 != nil }) else { return .refused }
            settings.dnsForward = forwarders.compactMap { $0 }
            return .taken
        },
        .file("DNS_ROOT_HINTS", \.dnsRootHints, "root hints; else the built-in ones"),
        .file(
            "DNS_TRUST_ANCHOR", \.dnsTrustAnchor,
            "trust anchors; else the root's, kept up to date in the state directory"),
        .file("DNS_CONFIG", \.dnsConfig, "a fragment of unbound.conf"),
        .duration("DNS_TIMEOUT", \.dnsTimeout, .milliseconds(100)...(.seconds(60)), "the longest one lookup may take"),
    ]

    /// The settings for the probes of hosts.
    private static let probing: [Setting] = [
        Setting("PROBE", "on", "on or off", "connect to hosts that publish TLSA records; off: DNS only") {
            text, settings in
            guard text == "on" || text == "off" else { return .refused }
            settings.probe = text == "on"
            return .taken
        },
        .number("PROBE_PORT", \.probePort, 1...65535, "the SMTP port of MX hosts, and of the TLSA owner"),
        .duration("PROBE_TIMEOUT", \.probeTimeout, .milliseconds(100)...(.seconds(300)), "the longest whole dialogue"),
        .duration(
            "PROBE_CONNECT_TIMEOUT", \.probeConnectTimeout, .milliseconds(50)...(.seconds(60)), "the longest connect"),
        .number("PROBE_CONCURRENCY", \.probeConcurrency, 1...10000, "probes at once"),
        .number("PROBE_PER_HOST", \.probePerHost, 1...10000, "probes at once to one address, for whatever domains"),
        .number(
            "PROBE_PER_HOUR", \.probePerHour, 0...1_000_000,
            "probes an hour to one address for one zone's mail, a sixth of them in a row; twice that in a row for all "
                + "zones; eight times that to one network (/24, /56); 0: any number"),
        Setting(
            "PROBE_HELO", "",
            "a fully-qualified domain name, or an address literal such as [192.0.2.1] or [IPv6:2001:db8::1]",
            "what probes call themselves in EHLO (RFC 5321 4.1.1.1); else the host's canonical name (hostname -f) if "
                + "it is fully qualified, else the address literal of each connection"
        ) { text, settings in
            do throws(ClientNameError) {
                settings.probeHelo = try ClientName.setting(text).word(from: nil)
                return .taken
            } catch {
                return .refusedBecause(error.description)
            }
        },
        Setting(
            "PROBE_ALLOW", "", "CIDRs separated by commas",
            "special-purpose addresses (loopback, private, …) that may be probed; the rest never are"
        ) { text, settings in
            guard let ranges = ranges(text) else { return .refused }
            settings.probeAllow = ranges
            return .taken
        },
        Setting(
            "PROBE_DENY", "", "CIDRs separated by commas",
            "addresses that are never probed, PROBE_ALLOW or not: your own public networks; as for special-purpose "
                + "addresses, the outcome is unreachable where no other address of the host counts"
        ) { text, settings in
            guard let ranges = ranges(text) else { return .refused }
            settings.probeDeny = ranges
            return .taken
        },
        .choice(
            "EXPIRED_EE", \.expiredEE, "an expired certificate that a DANE-EE record matches: RFC 7672 ignores the date"
        ),
    ]

    /// Reads CIDR ranges separated by commas; nil if one is not valid.
    private static func ranges(_ text: String) -> [AddressRange]? {
        let ranges = text.split(separator: ",", omittingEmptySubsequences: false)
            .map { AddressRange($0.trimmingBlanks()) }
        return ranges.contains(nil) ? nil : ranges.compactMap { $0 }
    }

    /// The settings for what is kept, and for where it is written.
    private static let keeping: [Setting] = [
        .number("CACHE_DOMAINS", \.cacheDomains, 100...100_000_000, "destinations kept"),
        .duration("CACHE_MIN_TTL", \.cacheMinTTL, .zero...(.seconds(3600)), "the shortest a verdict is kept"),
        .duration("CACHE_MAX_TTL", \.cacheMaxTTL, .seconds(1)...(.seconds(7 * 86400)), "the longest a verdict is kept"),
        .duration(
            "CACHE_STALE_TTL", \.cacheStaleTTL, .zero...(.seconds(86400)),
            "how much longer a good verdict may serve while it is renewed or cannot be; 0: not at all"),
        .duration(
            "FAILURE_TTL", \.failureTTL, .zero...(.seconds(3600)),
            "how long a failure is kept, growing to 2m, and a doubt, growing to 1h"),
        .duration("PROBE_TTL", \.probeTTL, .zero...(.seconds(7 * 86400)), "how long a good probe is kept"),
        Setting(
            "STATE_DIRECTORY", "/var/lib/danegate", "an absolute path",
            "what outlives a restart: verdicts, faults, the message trace, the root's keys"
        ) {
            text, settings in
            guard text.hasPrefix("/") else { return .refused }
            settings.stateDirectory = text
            return .taken
        },
        Setting("TRACE", "on", "on or off", "write down who was refused and why, for `danegate trace` and `report`") {
            text, settings in
            guard text == "on" || text == "off" else { return .refused }
            settings.trace = text == "on"
            return .taken
        },
        .duration(
            "TRACE_RETENTION", \.traceRetention, .seconds(3600)...(.seconds(3650 * 86400)),
            "how long the message trace reaches back"),
        .choice(
            "TRACE_ADDRESSES", \.traceAddresses,
            "whole addresses in the trace, or their domains alone, without names of users"),
        .number(
            "TRACE_ROWS", \.traceRows, 1000...1_000_000_000, "the most recipients in the trace; the oldest go first"),
        Setting(
            "CONTROL_SOCKET", "", "an absolute path, or off",
            "where the daemon answers `status` and `check --cached`; else control.sock in the state directory"
        ) { text, settings in
            if text == "off" {
                settings.controlSocket = .off
                return .taken
            }
            guard text.hasPrefix("/") else { return .refused }
            do throws(MilterError) { _ = try MilterSocket(text) } catch { return .refusedBecause(error.description) }
            settings.controlSocket = .path(text)
            return .taken
        },
        .choice("LOG", \.log, "where log lines go"),
        Setting(
            "LOG_ADDRESSES", "", "full or recipient or domain",
            "addresses in the log: recipient, sender and login; the recipient alone; or the domains of recipient and "
                + "sender alone, without names of users; else full, or recipient where TRACE_ADDRESSES is domain"
        ) { text, settings in
            guard let value = Settings.LogAddresses(rawValue: text) else { return .refused }
            settings.logAddresses = value
            return .taken
        },
        .choice("LOG_LEVEL", \.logLevel, "the least that is logged"),
    ]
}

extension Outcome {
    /// The name of the outcome's setting, such as `ON_TLSA_INVALID`.
    package var settingName: String { "ON_" + rawValue.uppercased().map { $0 == "-" ? "_" : String($0) }.joined() }
}

extension Settings.Forwarder {
    /// Reads `192.0.2.1` or `192.0.2.1@5353`.
    init?(_ text: Substring) {
        let parts = text.trimmingBlanks().split(separator: "@", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let address = IPAddress(parts[0]) else { return nil }
        guard let port = parts.count == 1 ? 53 : UInt16(parts[1]), port > 0 else { return nil }
        self.init(address: address, port: port)
    }
}
