"""word2vec for accounts: sessions, corpora, vectors, neighbours, exam."""
