import Link from 'next/link';

export default function Home() {
  return (
    <main>
      <h1>Lamps</h1>
      <Link href="/product/lamp-7">Lamp 7</Link>
      <form action="/thanks">
        <label>
          Your phone <input type="tel" name="phone" autoComplete="tel" required />
        </label>
        <button>Call me back</button>
      </form>
    </main>
  );
}
