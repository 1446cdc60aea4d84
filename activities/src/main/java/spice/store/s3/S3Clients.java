package spice.store.s3;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.S3Exception;
import spice.store.StoreException;

/// Opens clients for an S3 server, with the timeouts and retries of the store.
public final class S3Clients {
    /// A running server accepts a connection at once.
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /// Longest silence: a server may take a while to process a large file after its last byte.
    private static final Duration SILENCE = Duration.ofSeconds(60);

    /// Enough to survive a hiccup, with about two seconds of waiting in all. A longer outage is left to the retries
    /// of the activity.
    private static final int ATTEMPTS = 5;

    /// More than a worker has threads that store something at the same moment.
    private static final int CONNECTIONS = 64;

    private S3Clients() {}

    /// A client for this location.
    ///
    /// @throws StoreException if the SDK's settings lack a region
    public static S3Client open(S3Location location) {
        return open(location, ATTEMPTS, List.of());
    }

    /// A client whose requests are counted as `spice.s3.*`.
    static S3Client counted(S3Location location, MeterRegistry meters) {
        return open(location, ATTEMPTS, List.of(new S3Meters(meters)));
    }

    /// A client that sends each request once, whatever comes of it.
    static S3Client withoutRetries(S3Location location) {
        return open(location, 1, List.of());
    }

    private static S3Client open(S3Location location, int attempts, List<ExecutionInterceptor> interceptors) {
        S3Client client = build(builder(location, attempts, interceptors));
        if (client.serviceClientConfiguration().endpointOverride().isEmpty()) {
            return client;
        }
        // Only AWS resolves a bucket as part of the host name. Whether the SDK's own settings name another endpoint
        // is known only once a client is built.
        client.close();
        return build(builder(location, attempts, interceptors).forcePathStyle(true));
    }

    private static S3Client build(S3ClientBuilder builder) {
        try {
            return builder.build();
        } catch (SdkClientException e) {
            throw new StoreException("S3 is not configured: %s Set AWS_REGION.".formatted(S3Errors.oneLine(e)), e);
        }
    }

    private static S3ClientBuilder builder(S3Location location, int attempts, List<ExecutionInterceptor> interceptors) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(Apache5HttpClient.builder()
                        .connectionTimeout(CONNECT)
                        .socketTimeout(SILENCE)
                        .maxConnections(CONNECTIONS))
                .serviceConfiguration(s -> s.chunkedEncodingEnabled(!plain()))
                .overrideConfiguration(o -> o.retryStrategy(retries(attempts)).executionInterceptors(interceptors));
        location.endpoint().ifPresent(endpoint -> {
            builder.endpointOverride(endpoint);
            // The region only enters the signature, but the SDK insists on one.
            builder.region(Region.US_EAST_1);
        });
        location.key()
                .ifPresent(key -> builder.credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret()))));
        return builder;
    }

    /// Whether AWS_REQUEST_CHECKSUM_CALCULATION asks for requests that old servers understand. The SDK itself
    /// then leaves out only the checksums at the end of chunked bodies; who lacks those often lacks chunks too.
    private static boolean plain() {
        return SdkSystemSetting.AWS_REQUEST_CHECKSUM_CALCULATION
                .getStringValue()
                .filter("when_required"::equalsIgnoreCase)
                .isPresent();
    }

    private static StandardRetryStrategy retries(int attempts) {
        return AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(attempts)
                .retryOnException(S3Clients::conflicts)
                .build();
    }

    /// AWS answers 409 when two conditional writes of one key cross: neither has lost yet, and both may try again.
    private static boolean conflicts(Throwable failure) {
        return failure instanceof S3Exception e
                && e.statusCode() == 409
                && e.awsErrorDetails() != null
                && "ConditionalRequestConflict".equals(e.awsErrorDetails().errorCode());
    }
}
