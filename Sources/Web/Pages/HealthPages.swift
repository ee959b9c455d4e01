import Gate
import Hummingbird
import Support

/// Whether the daemon lives and can judge, and its metrics, for whatever watches it.
struct HealthPages: Sendable {
    let control: ControlService

    /// Adds the pages.
    func add(to router: Router<PageContext>) {
        router.get("healthz") { _, _ in Self.page(await control.liveness) }
        router.get("readyz") { _, _ in Self.page(control.readiness) }
        router.get("metrics") { request, context in
            let accept = request.headers[.accept]
            // It asks the system about the process, and blocks for a moment.
            // A trace id is no visitor's business.
            let hasExemplars = context.standing == .administrator
            let exposition = await onOwnThread { control.metrics(accept: accept, hasExemplars: hasExemplars) }
            return Page.text(exposition.text, exposition.format.contentType, fields: [.vary: "Accept, Authorization"])
        }
    }

    /// Strangers may ask, and it names nobody.
    private static func page(_ health: Health) -> Response {
        Page.text("\(health.text)\n", "text/plain; charset=utf-8", .init(code: health.status))
    }
}
