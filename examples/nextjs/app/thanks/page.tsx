export default function Thanks() {
  return <h1>We call you back</h1>;
}
