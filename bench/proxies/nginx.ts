import { runNginx } from '../nginx.ts';

/** nginx as a plain reverse proxy: the practical limit of one core. Run with the upstream's origin as argument. */
const { host } = new URL(process.argv[2] ?? '');
await runNginx(
  (port) => `
  upstream target { server ${host}; keepalive 256; keepalive_requests 1000000000; keepalive_timeout 3600s; }
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location / {
      proxy_pass http://target;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_buffers 8 64k;
      proxy_buffer_size 64k;
      proxy_busy_buffers_size 128k;
    }
  }`,
);
