package spice.store.s3;

import static spice.domain.Check.require;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Where the store's bucket is. Whatever is empty here, the AWS SDK takes from its own settings: `AWS_*` variables,
/// `aws.*` system properties, the shared config file.
///
/// @param bucket name of the bucket, which is created at the first start if it is missing
/// @param endpoint of a server that is not AWS, e.g. `http://127.0.0.1:9233`
/// @param key a static credential
public record S3Location(String bucket, Optional<URI> endpoint, Optional<S3Key> key) {
    public S3Location {
        require(
                bucket.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
                "not a bucket's name: '%s' (3 to 63 lower-case letters, digits, dots and hyphens)",
                bucket);
    }

    /// A bucket on whatever the AWS SDK's own settings name.
    public static S3Location configured(String bucket) {
        return new S3Location(bucket, Optional.empty(), Optional.empty());
    }

    /// A bucket on one server with one key.
    public static S3Location at(URI endpoint, S3Key key, String bucket) {
        return new S3Location(bucket, Optional.of(endpoint), Optional.of(key));
    }

    /// Environment variables by which other programs' S3 clients find this server with this key, beside those that
    /// they inherit. They contain the secret.
    public Map<String, String> variables() {
        Map<String, String> variables = new TreeMap<>();
        endpoint.ifPresent(uri -> {
            variables.put("AWS_ENDPOINT_URL_S3", uri.toString());
            variables.put("AWS_REGION", "us-east-1");
        });
        key.ifPresent(pair -> {
            variables.put("AWS_ACCESS_KEY_ID", pair.id());
            variables.put("AWS_SECRET_ACCESS_KEY", pair.secret());
        });
        return variables;
    }
}
