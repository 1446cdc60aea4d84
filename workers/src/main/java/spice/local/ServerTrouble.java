package spice.local;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Set;

/// Why a Temporal server could not be spoken to.
///
/// @param words one line for people: the last cause there is, such as a refused connection or an untrusted
///     certificate
/// @param isRefusal whether the server has answered, and another try would get the same answer
public record ServerTrouble(String words, boolean isRefusal) {
    private static final Set<Status.Code> REFUSALS =
            Set.of(Status.Code.UNAUTHENTICATED, Status.Code.PERMISSION_DENIED, Status.Code.UNIMPLEMENTED);

    /// What this failure of a call says.
    public static ServerTrouble of(RuntimeException failure) {
        Throwable last = failure;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        String words = String.valueOf(last.getMessage()).lines().findFirst().orElse("");
        return new ServerTrouble(
                words,
                failure instanceof StatusRuntimeException answer
                        && REFUSALS.contains(answer.getStatus().getCode()));
    }
}
