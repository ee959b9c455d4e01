import DANE
import Inspection
import Policy

extension Ruling.Action {
    /// What it means.
    var meaning: String {
        switch self {
        case .accept: "The recipient is accepted, as far as danegate is concerned."
        case .tempfail:
            "The recipient is refused for now (4xx). The sender's server keeps the message and tries again by itself."
        case .reject: "The recipient is refused for good (5xx). The sender gets the message back with the reply in it."
        }
    }
}

extension Policy.Kind {
    /// What it means in the policy file.
    var meaning: String {
        switch self {
        case .exempt: "A word of the policy file: the domain is never looked at and never refused."
        case .monitor:
            "The domain is judged and passes. The log says what would have been done with its recipients."
        case .enforce: "The domain is ruled in earnest, whatever DANEGATE_ROLLOUT says."
        case .require: "DANE is required: a domain without usable DANE is refused as well (dane-required)."
        }
    }
}

extension InspectionStep.Kind {
    /// What is done in it.
    var meaning: String {
        switch self {
        case .mx: "The domain's MX records are looked up and validated."
        case .address: "The A and AAAA records of an MX host are looked up and validated."
        case .tlsa: "The TLSA records of a host with secure addresses are looked up at _25._tcp.HOST and validated."
        case .probe:
            "danegate connects to a host with TLSA records: greeting, EHLO, STARTTLS, TLS handshake, EHLO, QUIT."
        case .certificate: "The chain that the host sent is compared with its TLSA records."
        case .resolver:
            "Before a bogus answer is believed, the root's keys are looked up and the way to the DNS is tested."
        case .again:
            "Everything is looked at once more, past every cache and on new connections, because the first look failed."
        case .comparison:
            "danegate check connects to the same address again: with RSA or ECDSA alone, and without SNI."
        case .expiry: "danegate check --days found a certificate or signature that will have ended by then."
        }
    }
}
