package spice.workers;

import java.net.URI;

/// Where a run is in the Temporal UI.
final class RunPages {
    private RunPages() {}

    /// @param ui address of the Temporal UI
    static String page(URI ui, String namespace, String run) {
        return "%s/namespaces/%s/workflows/%s".formatted(ui, namespace, run);
    }
}
