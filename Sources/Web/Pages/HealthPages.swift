import Gate
import Hummingbird
import Support

/// Whether the daemon lives and can judge, and its metrics, for whatever watches it.
struct HealthPages: Sendable {
    let control: ControlService

    /// Adds the pages.
    func add(to router: Router<PageContext>) {
        router.get("healthz") { _, _ in Page.text("ok\n") }
        router.get("readyz") { _, _ in
            let status = control.status()
            // Strangers may ask, so it says no more than that.
            return status.isReady
                ? Page.text("ready\n") : Page.text("not ready\n", "text/plain; charset=utf-8", .serviceUnavailable)
        }
        router.get("metrics") { request, _ in
            let accept = request.headers[.accept]
            // It asks the system about the process, and blocks for a moment.
            let exposition = await onOwnThread { control.metrics(accept: accept) }
            return Page.text(exposition.text, exposition.format.contentType, fields: [.vary: "Accept"])
        }
    }
}
