package spice.store.s3;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/// A real S3 server on a folder, in a process of its own, on a port of its own choice.
public record S3ProxyProcess(Process process, URI endpoint) implements AutoCloseable {
    public static final S3Key KEY = new S3Key("spice", "the tests' own");
    private static final Pattern PORT = Pattern.compile("listens on port (\\d+)\n");

    public static S3ProxyProcess start(Path folder) throws IOException, InterruptedException {
        Path objects = Files.createDirectories(folder.resolve("objects"));
        Path log = folder.resolve("server.log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        S3ProxyProcess.class.getName(),
                        objects.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        while (process.isAlive()) {
            Matcher port = PORT.matcher(Files.readString(log));
            if (port.find()) {
                return new S3ProxyProcess(process, URI.create("http://127.0.0.1:" + port.group(1)));
            }
            Thread.sleep(50);
        }
        throw new IOException("the S3 server ended:\n" + Files.readString(log));
    }

    public static void main(String[] args) throws Exception {
        S3Proxy server = S3Proxy.builder()
                .blobStore(new FilesystemNio2BlobStore(args[0]))
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY.id(), KEY.secret())
                .ignoreUnknownHeaders(true)
                .build();
        server.start();
        System.out.println("listens on port " + server.getPort());
        // The parent holds the other end: when it is gone, however it went, so is this server.
        while (System.in.read() >= 0) {}
        server.stop();
        System.exit(0);
    }

    public S3Location bucket(String name) {
        return bucket(endpoint, name);
    }

    /// The same for a process that knows the address alone.
    public static S3Location bucket(URI endpoint, String name) {
        return S3Location.at(endpoint, KEY, name);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
