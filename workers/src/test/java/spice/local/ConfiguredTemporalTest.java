package spice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc.HealthImplBase;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.stub.StreamObserver;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.api.workflowservice.v1.DescribeNamespaceResponse;
import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.api.workflowservice.v1.GetSystemInfoResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceImplBase;
import io.temporal.envconfig.ClientConfigProfile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.program.UserError;

/// A server behind TLS that requires a client certificate and an API key, and answers only the calls of a start.
class ConfiguredTemporalTest {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    @TempDir
    Path folder;

    private final Set<String> keys = ConcurrentHashMap.newKeySet();
    private final Map<String, String> environment = new HashMap<>();
    private TestPems pems;
    private Server server;

    @BeforeEach
    void serve() throws Exception {
        pems = new TestPems(folder);
        pems.write("server");
        pems.write("client");
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sslContext(GrpcSslContexts.forServer(
                                pems.certificate("server").toFile(),
                                pems.key("server").toFile())
                        .trustManager(pems.certificate("client").toFile())
                        .clientAuth(ClientAuth.REQUIRE)
                        .build())
                .addService(new Health())
                .addService(new Frontend())
                .intercept(new WithKey())
                .build()
                .start();
        environment.put("TEMPORAL_ADDRESS", "127.0.0.1:%d".formatted(server.getPort()));
        environment.put("TEMPORAL_NAMESPACE", "theirs");
        environment.put("TEMPORAL_API_KEY", "a-key");
        environment.put(
                "TEMPORAL_TLS_SERVER_CA_CERT_PATH", pems.certificate("server").toString());
        environment.put(
                "TEMPORAL_TLS_CLIENT_CERT_PATH", pems.certificate("client").toString());
        environment.put("TEMPORAL_TLS_CLIENT_KEY_PATH", pems.key("client").toString());
    }

    @AfterEach
    void stop() {
        server.shutdownNow();
    }

    @Test
    void certificatesAndApiKeyAreTemporalsOwnSettings() {
        assertThatCode(() -> ConfiguredTemporal.requireUsable(profile())).doesNotThrowAnyException();
        assertThat(keys).containsExactly("Bearer a-key");
    }

    @Test
    void aWrongKeyIsOneLineThatDoesNotSayIt() {
        environment.put("TEMPORAL_API_KEY", "a-wrong-key");

        assertThatThrownBy(() -> ConfiguredTemporal.requireUsable(profile()))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("127.0.0.1:%d".formatted(server.getPort()), "unknown key", "credentials")
                .hasMessageNotContainingAny("a-wrong-key", "\n");
    }

    @Test
    void aServerWhoseCertificateIsNotTrustedIsOneLine() throws Exception {
        pems.write("stranger");
        environment.put(
                "TEMPORAL_TLS_SERVER_CA_CERT_PATH", pems.certificate("stranger").toString());

        assertThatThrownBy(() -> ConfiguredTemporal.requireUsable(profile()))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("127.0.0.1:%d".formatted(server.getPort()), "TEMPORAL_TLS")
                .hasMessageNotContaining("\n");
    }

    private ClientConfigProfile profile() throws IOException {
        environment.put("TEMPORAL_CONFIG_FILE", folder.resolve("none.toml").toString());
        return new TemporalLadder(TestStacks.settings(folder.resolve("home"), false), environment, _ -> {})
                .configured()
                .orElseThrow();
    }

    private final class WithKey implements ServerInterceptor {
        @Override
        public <A, B> ServerCall.Listener<A> interceptCall(
                ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
            String key = String.valueOf(headers.get(AUTHORIZATION));
            if (!key.equals("Bearer a-key")) {
                call.close(Status.UNAUTHENTICATED.withDescription("unknown key"), new Metadata());
                return new ServerCall.Listener<>() {};
            }
            keys.add(key);
            return next.startCall(call, headers);
        }
    }

    private static final class Health extends HealthImplBase {
        @Override
        public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> answer) {
            answer.onNext(HealthCheckResponse.newBuilder()
                    .setStatus(ServingStatus.SERVING)
                    .build());
            answer.onCompleted();
        }
    }

    private static final class Frontend extends WorkflowServiceImplBase {
        @Override
        public void getSystemInfo(GetSystemInfoRequest request, StreamObserver<GetSystemInfoResponse> answer) {
            answer.onNext(GetSystemInfoResponse.getDefaultInstance());
            answer.onCompleted();
        }

        @Override
        public void describeNamespace(
                DescribeNamespaceRequest request, StreamObserver<DescribeNamespaceResponse> answer) {
            if (request.getNamespace().equals("theirs")) {
                answer.onNext(DescribeNamespaceResponse.getDefaultInstance());
                answer.onCompleted();
            } else {
                answer.onError(Status.NOT_FOUND.asException());
            }
        }
    }
}
