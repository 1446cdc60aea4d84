package spice.store.s3;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Optional;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;
import software.amazon.awssdk.http.SdkHttpHeaders;
import software.amazon.awssdk.http.SdkHttpMethod;

/// Counts what goes over the wire, retries included: requests with their time and status, and the bytes of bodies
/// in both directions as their headers announce them.
final class S3Meters implements ExecutionInterceptor {
    private static final ExecutionAttribute<Timer.Sample> BEGUN = new ExecutionAttribute<>("spice.begun");
    private static final String LENGTH = "Content-Length";
    private static final String DECODED_LENGTH = "x-amz-decoded-content-length";

    private final MeterRegistry meters;
    private final Counter sent;
    private final Counter received;

    S3Meters(MeterRegistry meters) {
        this.meters = meters;
        sent = Counter.builder("spice.s3.sent").baseUnit("bytes").register(meters);
        received = Counter.builder("spice.s3.received").baseUnit("bytes").register(meters);
    }

    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        attributes.putAttribute(BEGUN, Timer.start(meters));
    }

    @Override
    public void afterTransmission(Context.AfterTransmission context, ExecutionAttributes attributes) {
        sent.increment(bytes(context.httpRequest()));
        if (context.httpRequest().method() != SdkHttpMethod.HEAD) {
            received.increment(bytes(context.httpResponse()));
        }
        Optional.ofNullable(attributes.getAttribute(BEGUN))
                .ifPresent(begun -> begun.stop(Timer.builder("spice.s3.request")
                        .description("requests that were answered, until the answer's head was there")
                        .tag("operation", String.valueOf(attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME)))
                        .tag("status", Integer.toString(context.httpResponse().statusCode()))
                        .register(meters)));
    }

    private static double bytes(SdkHttpHeaders message) {
        return message.firstMatchingHeader(DECODED_LENGTH)
                .or(() -> message.firstMatchingHeader(LENGTH))
                .filter(length -> length.matches("\\d{1,18}"))
                .map(Double::valueOf)
                .orElse(0.0);
    }
}
