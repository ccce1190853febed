import { Product } from './product';

export default async function Page({ params }: { params: Promise<{ sku: string }> }) {
  const { sku } = await params;
  return <Product sku={sku} price={4990} />;
}
