package spice.local;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Set;

/// Why a call to a Temporal server failed.
///
/// @param words the root cause in one line for people, such as a refused connection or an untrusted certificate
/// @param isRefusal whether the server answered with a refusal, which another try would get again
public record ServerTrouble(String words, boolean isRefusal) {
    private static final Set<Status.Code> REFUSALS =
            Set.of(Status.Code.UNAUTHENTICATED, Status.Code.PERMISSION_DENIED, Status.Code.UNIMPLEMENTED);

    /// The reason behind this failure of a call.
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
