import DANE
import Hummingbird
import Logging
import NIOCore

/// A request on its way through the site: who asks, and what they may do.
struct PageContext: RequestContext {
    /// Where it comes from.
    struct Source: RequestContextSource {
        let logger: Logger
        let channel: any Channel
        let peer: WebPeer
        let client: IPAddress?
        let standing: Standing
    }

    var coreContext: CoreRequestContextStorage
    /// The connection.
    let channel: any Channel
    /// Who is at its other end.
    let peer: WebPeer
    /// The address of the client itself; nil where nobody says it.
    let client: IPAddress?
    /// What it may do.
    let standing: Standing
    /// Who asks, for limits.
    var limited: PageClient { standing == .administrator ? .administrator : .visitor(client) }
    /// The most bytes of a body.
    var maxUploadSize: Int { Self.bodyLimit }

    /// The most bytes of a form.
    static let bodyLimit = 8 << 10

    init(source: Source) {
        coreContext = .init(source: source)
        channel = source.channel
        peer = source.peer
        client = source.client
        standing = source.standing
    }
}
