import type { ReactNode } from 'react';
import { Tracking } from './tracking';

export const metadata = { title: 'Lamps' };

export default function Layout({ children }: { children: ReactNode }) {
  // The site's own session tells who is logged in; null is nobody.
  const userId = null;
  return (
    <html lang="en">
      <body>
        <Tracking userId={userId} />
        {children}
      </body>
    </html>
  );
}
