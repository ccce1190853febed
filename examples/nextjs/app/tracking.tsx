'use client';
import { useUser } from './tracker';

/** Starts tracking on every page. Page views inside the app are the plugin's; no component has to tell of them. */
export function Tracking({ userId }: { userId: string | null }) {
  useUser(userId);
  return null;
}
