package spice.local;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;

/// A folder that is a test's whole `PATH`: some real tools of this machine, and scripts that stand in for others.
record ToolFolder(Path path) {
    /// Makes the folder, with the tools that `infra/temporal-server/get` calls in any case.
    static ToolFolder in(Path parent) throws IOException {
        ToolFolder tools = new ToolFolder(Files.createDirectory(parent.resolve("tools")));
        tools.provide(
                "bash",
                "cat",
                "chmod",
                "dirname",
                "flock",
                "grep",
                "gzip",
                "head",
                "ls",
                "mkdir",
                "mktemp",
                "mv",
                "pkill",
                "rm",
                "sed",
                "sha256sum",
                "sleep",
                "sort",
                "tail",
                "tar",
                "uname");
        return tools;
    }

    /// Makes these tools available, without the others in their folders.
    private void provide(String... tools) throws IOException {
        for (String tool : tools) {
            script(tool, "exec '%s' \"$@\"".formatted(real(tool)));
        }
    }

    private static Path real(String tool) throws IOException {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IOException("this test needs " + tool));
    }

    Path script(String name, String body) throws IOException {
        return script(path.resolve(name), body);
    }

    static Path script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }
}
