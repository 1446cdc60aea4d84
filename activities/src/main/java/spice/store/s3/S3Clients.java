package spice.store.s3;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.S3Exception;
import spice.store.StoreException;

/// Makes the client with which the store talks to its server.
final class S3Clients {
    /// A server that is there answers a connection at once.
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /// The longest silence: a server may take a while to digest the last byte of a large file.
    private static final Duration SILENCE = Duration.ofSeconds(60);

    /// Enough to ride over a hiccup (about two seconds of waiting in all); a server that is gone for longer is
    /// the business of the activity's retries.
    private static final int ATTEMPTS = 5;

    /// As many as a worker has threads that may store something at the same moment, with room to spare.
    private static final int CONNECTIONS = 64;

    private S3Clients() {}

    /// A client for this location.
    ///
    /// @throws StoreException if the SDK's settings lack a region
    static S3Client open(S3Location location) {
        return open(location, ATTEMPTS, List.of());
    }

    /// The same, counted.
    static S3Client open(S3Location location, MeterRegistry meters) {
        return open(location, ATTEMPTS, List.of(new S3Meters(meters)));
    }

    /// @param attempts how often a request is sent at most
    static S3Client open(S3Location location, int attempts) {
        return open(location, attempts, List.of());
    }

    private static S3Client open(S3Location location, int attempts, List<ExecutionInterceptor> interceptors) {
        S3Client client = build(builder(location, attempts, interceptors));
        if (client.serviceClientConfiguration().endpointOverride().isEmpty()) {
            return client;
        }
        // Only AWS resolves the bucket as part of the host's name. Whether the SDK's own settings name another
        // endpoint is known only to a client that was built.
        client.close();
        return build(builder(location, attempts, interceptors).forcePathStyle(true));
    }

    private static S3Client build(S3ClientBuilder builder) {
        try {
            return builder.build();
        } catch (SdkClientException e) {
            throw new StoreException("S3 is not configured: %s Set AWS_REGION.".formatted(Failures.oneLine(e)), e);
        }
    }

    private static S3ClientBuilder builder(S3Location location, int attempts, List<ExecutionInterceptor> interceptors) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(Apache5HttpClient.builder()
                        .connectionTimeout(CONNECT)
                        .socketTimeout(SILENCE)
                        .maxConnections(CONNECTIONS))
                .overrideConfiguration(o -> o.retryStrategy(retries(attempts)).executionInterceptors(interceptors));
        location.endpoint().ifPresent(endpoint -> {
            builder.endpointOverride(endpoint);
            // It only enters the signature, but the SDK insists on one.
            builder.region(Region.US_EAST_1);
        });
        location.key()
                .ifPresent(key -> builder.credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret()))));
        return builder;
    }

    private static StandardRetryStrategy retries(int attempts) {
        return AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(attempts)
                .retryOnException(S3Clients::conflicts)
                .build();
    }

    /// AWS answers 409 where two conditional writes of one key cross: neither has lost yet, both may ask again.
    private static boolean conflicts(Throwable failure) {
        return failure instanceof S3Exception e
                && e.statusCode() == 409
                && e.awsErrorDetails() != null
                && "ConditionalRequestConflict".equals(e.awsErrorDetails().errorCode());
    }
}
