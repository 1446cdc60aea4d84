package spice.store.s3;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import spice.store.StoreException;

/// Turns exceptions of the AWS SDK into a [StoreException] of one line that names the server, the failed action,
/// and the remedy.
///
/// @param server name for messages: the endpoint, or `AWS S3`
/// @param isStacks whether it is the server of a local stack, which only takes that stack's own key
public record S3Errors(String server, String bucket, boolean isStacks) {
    private static final Pattern CHECKSUMS =
            Pattern.compile("checksum|chunk|trailer|sha256|crc32|header", Pattern.CASE_INSENSITIVE);

    /// @param doing the failed action, e.g. `read blobs/ab/abc…`
    StoreException of(String doing, SdkException failure) {
        return new StoreException(
                switch (failure) {
                    case AwsServiceException refusal -> refused(doing, refusal);
                    default -> unanswered(doing, failure);
                },
                failure);
    }

    private String refused(String doing, AwsServiceException refusal) {
        Optional<AwsErrorDetails> details = Optional.ofNullable(refusal.awsErrorDetails());
        String code = details.map(AwsErrorDetails::errorCode).orElse("");
        String says = details.map(AwsErrorDetails::errorMessage)
                .map(S3Errors::oneLine)
                .orElse("");
        int status = refusal.statusCode();
        if (status == 507 || says.contains("No space left on device")) {
            return "%s cannot %s: its disk is full. Free some space there; what was stored is safe."
                    .formatted(server, doing);
        }
        if (code.equals("RequestTimeTooSkewed")) {
            return "%s does not accept requests of this time (%s). Set this machine's clock, or the server's: they differ by minutes."
                    .formatted(server, says);
        }
        if (code.equals("ExpiredToken") || code.equals("InvalidToken")) {
            return "%s does not accept the session token (%s). Get fresh credentials, or take AWS_SESSION_TOKEN away."
                    .formatted(server, code);
        }
        if (code.equals("InvalidAccessKeyId") || code.equals("SignatureDoesNotMatch")) {
            return (isStacks
                            ? "%s does not accept the access key (%s): it is the server of a stack in another folder. Set SPICE_HOME to that folder, or start a stack here by `spice up` with another SPICE_S3_PORT."
                            : "%s does not accept the access key (%s). Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
                    .formatted(server, code);
        }
        if (status == 401 || status == 403) {
            return "%s does not let this key %s in the bucket %s. Check the key, or grant it s3:ListBucket, s3:GetObject and s3:PutObject (and s3:DeleteObject for `spice store gc`)."
                    .formatted(server, doing, bucket);
        }
        if (status == 404 && code.equals("NoSuchBucket")) {
            return "%s has no bucket %s any more, which was there at the start. Restore it, or start again: an empty one is then made."
                    .formatted(server, bucket);
        }
        String answer = "%d %s %s".formatted(status, code, says).strip();
        Optional<String> region = header(details, "x-amz-bucket-region");
        if (region.isPresent() && (status == 301 || status == 400)) {
            return "%s has the bucket %s in another region. Set AWS_REGION=%s.".formatted(server, bucket, region.get());
        }
        if (code.equals("PermanentRedirect") || code.equals("AuthorizationHeaderMalformed")) {
            return "%s has the bucket %s in another region (%s). Set AWS_REGION to that region."
                    .formatted(server, bucket, says);
        }
        if (status / 100 == 3) {
            return "%s does not answer itself: it answers %s and leads to %s. Name the server's own address in AWS_ENDPOINT_URL_S3."
                    .formatted(server, answer, header(details, "Location").orElse("another address"));
        }
        if ((status == 404 && code.isEmpty()) || status == 405) {
            return "%s does not answer as an S3 server does: it was to %s, and answers %s. Check its address in AWS_ENDPOINT_URL_S3."
                    .formatted(server, doing, answer);
        }
        return mayMeanChecksums(status, code + " " + says)
                ? "%s cannot %s: it answers %s. If it does not know checksums in chunks, as older servers do not, set AWS_REQUEST_CHECKSUM_CALCULATION=when_required."
                        .formatted(server, doing, answer)
                : "%s cannot %s: it answers %s. Its own log should say why.".formatted(server, doing, answer);
    }

    private static Optional<String> header(Optional<AwsErrorDetails> details, String name) {
        return details.map(AwsErrorDetails::sdkHttpResponse).flatMap(response -> response.firstMatchingHeader(name));
    }

    /// Servers call the same want by many names.
    private static boolean mayMeanChecksums(int status, String says) {
        return status == 501
                || status == 411
                || (status == 400 && CHECKSUMS.matcher(says).find());
    }

    private String unanswered(String doing, SdkException failure) {
        Throwable root = root(failure);
        String says = oneLine(root);
        if (says.toLowerCase(Locale.ROOT).contains("unable to load credentials")) {
            return "There are no credentials for %s. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
                    .formatted(server);
        }
        if (root instanceof ConnectException
                || root instanceof UnknownHostException
                || root instanceof NoRouteToHostException
                || root instanceof SocketTimeoutException) {
            return "%s cannot be reached (%s). Is it running, and is its address right? `spice up` starts the local one."
                    .formatted(server, says);
        }
        if (root instanceof IOException) {
            return "%s hung up on us while it was to %s (%s). It was stopped, or its disk is full: its own log should say which."
                    .formatted(server, doing, says);
        }
        return "%s did not let us %s: %s: %s."
                .formatted(server, doing, root.getClass().getSimpleName(), says);
    }

    private static Throwable root(Throwable failure) {
        return Stream.iterate(failure, f -> f != null, Throwable::getCause).reduce(failure, (outer, inner) -> inner);
    }

    /// A throwable's message without line breaks; the name of its class where it has no message.
    public static String oneLine(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : oneLine(message);
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }
}
