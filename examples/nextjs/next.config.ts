import type { NextConfig } from 'next';

const collector = process.env.NITKA_COLLECTOR ?? 'http://127.0.0.1:8080';

const config: NextConfig = {
  // A path of the site itself: its cookies are the site's own, and no other host is contacted.
  rewrites: async () => [{ source: '/t/:path*', destination: `${collector}/:path*` }],
};

export default config;
