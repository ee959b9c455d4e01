import DANE
import Inspection
import Policy
import Verdicts

/// The words of log, replies, policy file and reports that are no outcomes, and the terms of the RFCs: a few sentences
/// each, in plain language.
enum Glossary {
    /// A word and what it means.
    typealias Entry = (name: String, meaning: String)

    /// Words of replies, log and reports beside the keys and events.
    static let words: [Entry] = [
        (
            "hazard",
            """
            A TLSA record that makes a widely used MTA crash at delivery. It has usage 2 or 3 and no data: smtp \
            of Postfix 3.7 stops at it. The outcome stays what the RFC says, and DANEGATE_ON_HAZARD rules on top \
            of it, with x.7.323. The domain's administrator must \(TLSARecord.hazardRepair).
            """
        ),
        (
            "degraded",
            """
            Mail would be delivered, but something failed that a client would try before or beside it: another \
            MX host, another address, or one connection of two. Nobody is refused. The cause says what to mend.
            """
        ),
        (
            "withheld",
            """
            A host was left alone, because it or its network had been probed as often as is polite \
            (DANEGATE_PROBE_PER_HOUR). If it had failed before, the outcome is unreachable. If its address had \
            shown a certificate to another name that does not match, the outcome is pending. Both are doubts and \
            never a 5xx. If nothing is known against it, the outcome is unprobed.
            """
        ),
        (
            "breaker",
            """
            While danegate finds that the trouble is its own, the breaker is open. Good verdicts still count. \
            Everything else is dns-unavailable, ruled by DANEGATE_ON_LOCAL_TROUBLE and never a 5xx. The breaker \
            closes by itself. Its causes are clock, trust-anchor, descriptors, resolver, denials, tlsa and \
            failures.
            """
        ),
        (
            "own next hop",
            """
            A next hop in this site's own configuration: relayhost, transport map, mailertable, SMART_HOST. If \
            it is not in order, mail is deferred at most, unless DANEGATE_ON_OWN_NEXT_HOP says otherwise. Only \
            this site's administrator can mend it. A next hop that takes no mail or does not exist gets 451 \
            4.3.5, system incorrectly configured.
            """
        ),
        ("first seen", "In a reply: the time since when this danegate has seen the fault without a break."),
        (
            "stale",
            """
            A good verdict serves for DANEGATE_CACHE_STALE_TTL after its records have run out. danegate renews \
            it meanwhile, and no recipient waits for that.
            """
        ),
        (
            "Service unavailable",
            """
            This is Postfix's answer and not danegate's. Postfix says 451 4.7.1 Service unavailable - try again \
            later to every client while danegate is stopped, cannot be reached, or does not answer in time \
            (milter_default_action=tempfail, the default). It tells nothing about the recipient. The sender's \
            server keeps the message and tries again.
            """
        ),
        (
            "Please try again later",
            """
            This is Sendmail's answer and not danegate's. Sendmail says 451 4.3.2 Please try again later while \
            danegate is stopped, cannot be reached, or does not answer in time (F=T in INPUT_MAIL_FILTER). It \
            tells nothing about the recipient. The sender's server keeps the message and tries again.
            """
        ),
        (
            "second look",
            "danegate looks at a failure again before it counts: past every cache and on new connections."
        ),
        (
            "doubt",
            """
            Something that could not be found out: dns-unavailable, unreachable and pending. A doubt is answered \
            with 4xx, however long it lasts, and never with 5xx.
            """
        ),
        (
            "left out",
            """
            A host is left out if a sender that does DANE must not deliver to it. danegate then looks at the \
            next host. If every host is left out, the recipient is refused.
            """
        ),
    ]
}

extension Glossary {
    /// What an MTA says where danegate does not answer: the word that explains it; nil if the text, in lower case, is
    /// another.
    static func answer(_ text: String) -> String? {
        // With a semicolon behind it, it is what Postfix says of a client on a block list.
        if text.contains("4.7.1 service unavailable"), !text.contains("service unavailable;") {
            return "Service unavailable"
        }
        if text.contains("service unavailable - try again later") { return "Service unavailable" }
        return text.contains("4.3.2 please try again later") ? "Please try again later" : nil
    }
}
