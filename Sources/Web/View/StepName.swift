/// The names of steps for people.
enum StepName {
    /// The name of a kind of step, as the JSON has it.
    static func of(_ kind: String) -> String {
        switch kind {
        case "mx": "MX records"
        case "address": "Addresses"
        case "tlsa": "TLSA records"
        case "connect": "Connection"
        case "probe": "SMTP and TLS"
        case "certificate": "Certificate"
        case "resolver": "Way to the DNS"
        case "second-look": "Second look"
        case "comparison": "Other connections"
        case "expiry": "Expiry"
        default: kind
        }
    }
}
