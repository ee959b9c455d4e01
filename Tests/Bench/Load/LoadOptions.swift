import Glibc

/// What is to be asked of a milter, and how fast.
struct LoadOptions: Sendable {
    /// `unix:/path` or `inet:port@address`.
    var socket = ""
    /// The names to ask for, one a line.
    var list = ""
    /// The first line that is asked for.
    var offset = 0
    /// Connections at once.
    var connections = 1
    /// Messages of a connection, and recipients of a message.
    var messages = 100
    var recipients = 1
    /// How long it goes on, in seconds; what the first ones of it show is not counted.
    var seconds = 5.0
    var warmup = 0.0
    /// Whether each name is asked for once, and then it ends.
    var isOnce = false
    /// How many names are asked for; 0 for all.
    var count = 0
    /// The seconds for which a name with a pending verdict is asked for again. These answers count nowhere else.
    var settle = 0.0
    /// After how many seconds it is.
    var pause = 0.2
    /// Whether the times of answers that say pending are left out; they are counted all the same.
    var isVerdictsOnly = false
    /// Recipients a second of all connections; 0: each connection as fast as it is answered.
    var rate = 0.0
    /// For how many seconds a milter that does not listen yet is waited for.
    var wait = 0.0
    var threads = 1
    /// The value of `{rcpt_mailer}`.
    var mailer = "smtp"
    /// The door that is asked; nil for the milter.
    var door: DoorQuestion?
    /// The name of the socketmap.
    var map = "danegate"

    /// The options of a command line; nil if one is unknown or has no value.
    init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            if name == "--once" {
                isOnce = true
                continue
            }
            if name == "--verdicts-only" {
                isVerdictsOnly = true
                continue
            }
            guard let value = rest.popFirst() else { return nil }
            switch name {
            case "--socket": socket = value
            case "--list": list = value
            case "--offset": offset = Int(value) ?? 0
            case "--connections": connections = max(1, Int(value) ?? 1)
            case "--messages": messages = max(1, Int(value) ?? 1)
            case "--recipients": recipients = max(1, Int(value) ?? 1)
            case "--seconds": seconds = Double(value) ?? 5
            case "--warmup": warmup = Double(value) ?? 0
            case "--count": count = Int(value) ?? 0
            case "--settle": settle = Double(value) ?? 0
            case "--pause": pause = Double(value) ?? 0.2
            case "--rate": rate = Double(value) ?? 0
            case "--wait": wait = Double(value) ?? 0
            case "--threads": threads = max(1, Int(value) ?? 1)
            case "--mailer": mailer = value
            case "--door":
                guard let question = DoorQuestion(rawValue: value) else { return nil }
                door = question
            case "--map": map = value
            default: return nil
            }
        }
        guard !socket.isEmpty, !list.isEmpty else { return nil }
        threads = min(threads, connections)
    }

    /// What is printed where one is wrong.
    static let usage = """
        usage: BenchLoad --socket unix:/path|inet:port@address --list FILE [--connections N] [--messages N] \
        [--recipients N]
            [--seconds S] [--warmup S] [--once] [--offset N] [--count N] [--settle S] [--pause S] [--verdicts-only] \
        [--rate N] [--wait S] [--threads N]
            [--mailer NAME] [--door query|policy|map] [--map NAME]
        """
}
