package spice.local;

import io.temporal.api.namespace.v1.NamespaceInfo;
import io.temporal.api.namespace.v1.UpdateNamespaceInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import spice.program.UserError;

/// Tells a stack from those of other folders, whose servers may listen on the same ports: a stack's Temporal server
/// keeps
/// the name in its namespace.
///
/// @param id random, since a folder may be copied or lie on another machine
/// @param home the stack's folder, for people
public record StackName(String id, Path home) {
    private static final String ID = "spice.stack";
    private static final String HOME = "spice.home";
    private static final int LETTERS = 12;

    /// The name of the stack in this folder, which is made with its first start.
    static StackName make(LocalSettings settings) {
        return new StackName(
                SecretFile.open(file(settings), List.of()).getFirst().substring(0, LETTERS), settings.home());
    }

    /// Whether the stack of this name is the one in the settings' folder.
    public boolean isOf(LocalSettings settings) {
        try {
            return Files.exists(file(settings))
                    && Files.readString(file(settings)).startsWith(id);
        } catch (IOException e) {
            throw new UserError("cannot read %s (%s)".formatted(file(settings), e), e);
        }
    }

    /// The name that a namespace keeps; empty if its server is not a stack's, or an older version started it.
    public static Optional<StackName> in(NamespaceInfo namespace) {
        String id = namespace.getDataOrDefault(ID, "");
        return id.isEmpty()
                ? Optional.empty()
                : Optional.of(new StackName(id, Path.of(namespace.getDataOrDefault(HOME, ""))));
    }

    UpdateNamespaceInfo asInfo() {
        return UpdateNamespaceInfo.newBuilder()
                .putData(ID, id)
                .putData(HOME, home.toString())
                .build();
    }

    private static Path file(LocalSettings settings) {
        return settings.home().resolve("stack-id");
    }

    @Override
    public String toString() {
        return "stack %s in %s".formatted(id, home);
    }
}
