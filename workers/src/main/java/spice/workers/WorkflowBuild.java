package spice.workers;

import io.temporal.common.WorkerDeploymentVersion;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import spice.local.Build;
import spice.local.UserError;
import spice.settings.RunSettings;
import spice.store.Json;
import spice.workflows.SelfPlayRunImpl;

/// What a worker that takes workflows is called by its code: workers with the same are interchangeable.
final class WorkflowBuild {
    /// All that serves runs, as the Temporal server knows it.
    static final String DEPLOYMENT = "spice";

    private static final int DIGITS = 12;

    private WorkflowBuild() {}

    /// The build of this program: its version, and a digest of what workflows compute with. Another build of the
    /// same sources is called the same, and so is one in which only the activities are others.
    static WorkerDeploymentVersion ours() {
        String code = Json.digest(Stream.of(SelfPlayRunImpl.class, RunSettings.class)
                .map(WorkflowBuild::module)
                .toList());
        return version(Spice.VERSION + "-" + code.substring(0, DIGITS));
    }

    static WorkerDeploymentVersion version(String build) {
        return new WorkerDeploymentVersion(DEPLOYMENT, build);
    }

    /// A digest of the module that a class is from. It lies in a folder or a jar, whose own files are no matter.
    private static String module(Class<?> member) {
        try {
            Path place = Path.of(
                    member.getProtectionDomain().getCodeSource().getLocation().toURI());
            if (Files.isDirectory(place)) {
                return Build.classes(place.resolve("spice"));
            }
            try (FileSystem jar = FileSystems.newFileSystem(place)) {
                return Build.classes(jar.getPath("/spice"));
            }
        } catch (IOException | URISyntaxException e) {
            throw new UserError("cannot read the program's own classes (%s); build again".formatted(e), e);
        }
    }
}
