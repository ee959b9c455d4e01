import Gate
import Hummingbird

/// Whether the daemon lives and can judge, for whatever watches it.
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
    }
}
