import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.security.KeyStore;
import java.security.Security;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * TLS servers as Java plays them, old algorithms included. Arguments: a PKCS#12 file (password "lab"), then
 * servers as NAME,PROTOCOL,CIPHER or "-",CLIENT ("need" or "-"). Prints "NAME PORT" for each, then "ready";
 * ends when its stdin does.
 */
public class JsseServer {
    public static void main(String[] arguments) throws Exception {
        for (String property : new String[] {"jdk.tls.disabledAlgorithms", "jdk.tls.legacyAlgorithms"}) {
            Security.setProperty(property, "");
        }
        SSLContext context = context(arguments[0]);
        for (int i = 1; i < arguments.length; i++) {
            String[] parts = arguments[i].split(",");
            SSLServerSocket server = listen(context, parts[1], parts[2], parts[3].equals("need"));
            System.out.println(parts[0] + " " + server.getLocalPort());
            start(() -> accept(server));
        }
        System.out.println("ready");
        while (System.in.read() >= 0) {
            continue;
        }
        System.exit(0);
    }

    private static SSLContext context(String file) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (FileInputStream in = new FileInputStream(file)) {
            store.load(in, "lab".toCharArray());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(store, "lab".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private static SSLServerSocket listen(SSLContext context, String protocol, String cipher, boolean need)
            throws IOException {
        InetAddress here = InetAddress.getByName("127.0.0.1");
        SSLServerSocket server =
                (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 50, here);
        server.setEnabledProtocols(new String[] {protocol});
        if (!cipher.equals("-")) {
            server.setEnabledCipherSuites(new String[] {cipher});
        }
        server.setNeedClientAuth(need);
        return server;
    }

    private static void accept(SSLServerSocket server) {
        while (true) {
            try {
                SSLSocket socket = (SSLSocket) server.accept();
                start(() -> serve(socket));
            } catch (IOException error) {
                return;
            }
        }
    }

    private static void serve(SSLSocket socket) {
        try (socket) {
            socket.startHandshake();
            socket.getInputStream().read();
        } catch (IOException error) {
            // The prober leaves when it has seen enough.
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
    }
}
