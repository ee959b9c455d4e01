import Logging
import Milter
import Records
import Support

/// The log lines about connections of MTAs that were ended or not served: `event=connections`.
enum ConnectionNews {
    /// Writes a line per kind of news. Many in a short time become one line with a count.
    static func tell(_ news: ConnectionCounts, _ log: GateLog) {
        tell("ended-silent", news.silent, cause: "they did not negotiate within ten seconds", of: news, log)
        tell(
            "displaced", news.displaced,
            cause: "there were too many connections, and these had been idle for longest; see danegate status",
            of: news, log)
        tell(
            "rejected", news.rejected,
            cause: "there were too many connections, and somebody waited for an answer on each; "
                + "the MTA does with this mail as its default action for milters says: "
                + "milter_default_action=accept lets it pass unjudged", of: news, log)
    }

    private static func tell(
        _ result: String, _ count: Int, cause: String, of news: ConnectionCounts, _ log: GateLog
    ) {
        guard count > 0 else { return }
        log.event(
            result == "rejected" ? .error : .warning, repeated: "connections-\(result)",
            LogLine(event: "connections").adding("result", result).adding("count", "\(count)")
                .adding("open", "\(news.open)").adding("cause", cause))
    }
}
