package spice.workers;

import io.temporal.common.WorkerDeploymentVersion;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import spice.processes.BuildDigest;
import spice.program.UserError;
import spice.program.Version;
import spice.settings.RunSettings;
import spice.store.Json;
import spice.workflows.SelfPlayRunImpl;

/// Names the build of a worker that takes workflows: workers of the same build are interchangeable.
final class WorkflowBuild {
    /// Name of the Temporal worker deployment that serves runs.
    static final String DEPLOYMENT = "spice";

    private static final int DIGITS = 12;

    private WorkflowBuild() {}

    /// The build of this program: its version, and a digest of the modules that workflows compute with. Compiling
    /// the same sources again gives the same name, and so does a change to activities alone.
    static WorkerDeploymentVersion ours() {
        String code = Json.digest(Stream.of(SelfPlayRunImpl.class, RunSettings.class)
                .map(WorkflowBuild::module)
                .toList());
        return version(Version.NUMBER + "-" + code.substring(0, DIGITS));
    }

    static WorkerDeploymentVersion version(String build) {
        return new WorkerDeploymentVersion(DEPLOYMENT, build);
    }

    /// Digest of the module that a class is from, which is a folder or a jar. Only what lies below `spice` counts.
    private static String module(Class<?> member) {
        try {
            Path place = Path.of(
                    member.getProtectionDomain().getCodeSource().getLocation().toURI());
            if (Files.isDirectory(place)) {
                return BuildDigest.classes(place.resolve("spice"));
            }
            try (FileSystem jar = FileSystems.newFileSystem(place)) {
                return BuildDigest.classes(jar.getPath("/spice"));
            }
        } catch (IOException | URISyntaxException e) {
            throw new UserError("cannot read the program's own classes (%s); build again".formatted(e), e);
        }
    }
}
